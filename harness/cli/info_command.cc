#include "harness/cli/info_command.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ctime>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/attribution/coverage.h"
#include "analysis/attribution/partition.h"
#include "analysis/attribution/sampling_account.h"
#include "analysis/io/standard_output.h"
#include "analysis/io/terminal_text.h"
#include "analysis/io/text_table.h"
#include "analysis/recording/loss_account.h"
#include "analysis/recording/reader.h"
#include "harness/cli/sampling_section.h"
#include "harness/scoring/gate.h"

namespace plumbline::harness {
namespace {

using analysis::Index;
using analysis::kNone;
using analysis::Partition;
using analysis::Recording;
using io::Align;
using io::Emphasis;
using Json = nlohmann::ordered_json;

constexpr std::size_t kThreadsShown = 20;

// The file and all that is worked out from it.
struct Info {
  std::string file;
  Recording recording;
  Partition partition;
  analysis::SamplingAccount sampling;
  std::int64_t begin_ns = 0, end_ns = 0;  // first and last edge of any thread
};

Info read_info(const std::string& file) {
  Info info{file, analysis::read_recording(file), {}, {}};
  info.partition = analysis::partition_time(info.recording);
  info.sampling = analysis::sampling_account_of(info.recording, info.partition);
  const std::vector<analysis::Segment>& segments = info.partition.segments;
  if (segments.empty()) return info;
  info.begin_ns = segments.front().begin_ns;
  for (const analysis::Segment& segment : segments) {
    info.begin_ns = std::min(info.begin_ns, segment.begin_ns);
    info.end_ns = std::max(info.end_ns, segment.end_ns);
  }
  return info;
}

std::uint64_t roots_in(const analysis::SpanTable& spans, bool finished) {
  std::uint64_t roots = 0;
  for (Index row = 0; row < spans.size(); ++row) {
    if (spans.root[row] == row && analysis::is_finished_root(spans, row) == finished) ++roots;
  }
  return roots;
}

// How much residual the conservation law allows (design, section 1).
std::int64_t residual_limit_ns(const analysis::Conservation& conservation) {
  constexpr std::int64_t kPerWaitNs = 2000;
  return std::max(conservation.thread_life_ns / 1000,
                  static_cast<std::int64_t>(conservation.waits) * kPerWaitNs);
}

struct ThreadSummary {
  Index row = 0;
  std::int64_t life_ns = 0, cpu_ns = 0;
};

// Those with most CPU first.
std::vector<ThreadSummary> threads_of(const Info& info) {
  std::vector<ThreadSummary> threads(info.recording.threads.size());
  for (Index row = 0; row < threads.size(); ++row) threads[row].row = row;
  for (const analysis::Segment& segment : info.partition.segments) {
    threads[segment.thread].life_ns += segment.end_ns - segment.begin_ns;
    threads[segment.thread].cpu_ns +=
        segment.parts.category[analysis::index_of(format::Category::kCpu)];
  }
  std::stable_sort(
      threads.begin(), threads.end(),
      [](const ThreadSummary& a, const ThreadSummary& b) { return a.cpu_ns > b.cpu_ns; });
  return threads;
}

// How the stacks of samples and waits ended, by kStackEndIds; open waits have none.
std::map<std::string, std::uint64_t> stack_ends(const Recording& recording) {
  std::map<std::string, std::uint64_t> count;
  for (const std::vector<Index>* stacks : {&recording.samples.stack, &recording.waits.stack}) {
    for (const Index stack : *stacks) {
      if (stack == kNone) continue;
      const auto end = static_cast<std::size_t>(recording.stacks.end[stack]);
      ++count[std::string(format::kStackEndIds[end])];
    }
  }
  return count;
}

std::string stack_ends_text(const Recording& recording) {
  std::vector<std::string> parts;
  for (const auto& [end, count] : stack_ends(recording)) {
    parts.push_back(fmt::format("{} {}", count, end));
  }
  return fmt::format("ends of samples' and waits': {}", fmt::join(parts, ", "));
}

// ---- as text ----

std::string seconds(std::int64_t ns) {
  return fmt::format("{:.3f} s", static_cast<double>(ns) / 1e9);
}

std::string percent(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return "0 %";
  return fmt::format("{:.4f} %", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

std::string heading(const Info& info) {
  const format::FileHeader& header = info.recording.header;
  const analysis::ReadReport& report = info.recording.report;
  const auto started = static_cast<std::time_t>(header.start_realtime_ns / 1'000'000'000);
  std::string text =
      fmt::format("{}: format {}, process {}, started {:%Y-%m-%d %H:%M:%S} UTC\n",
                  io::terminal_safe(info.file), header.version, header.pid, fmt::gmtime(started));
  text += fmt::format(
      "{} bytes ({} before compression), {} blocks, {} records; {} from the first edge to the "
      "last\n",
      report.file_bytes, report.uncompressed_bytes, report.blocks, report.records,
      seconds(info.end_ns - info.begin_ns));
  return text;
}

std::string settings_text(const Recording& recording, bool coloured) {
  io::TextTable table({{"recorded by"}, {"setting"}});
  for (const auto& [key, value] : recording.settings) table.add_row({key, value});
  return table.text(coloured);
}

std::string contents_text(const Recording& recording, bool coloured) {
  const auto open_waits =
      std::count(recording.waits.open.begin(), recording.waits.open.end(), true);
  const auto ended =
      std::count(recording.threads.ended.begin(), recording.threads.ended.end(), true);
  const auto in_hook =
      std::count(recording.samples.in_hook.begin(), recording.samples.in_hook.end(), true);
  io::TextTable table({{"contents"}, {"count", Align::kRight}, {"of which"}});
  const auto add = [&](const char* name, std::size_t count, const std::string& of_which) {
    table.add_row({name, std::to_string(count), of_which});
  };
  add("threads", recording.threads.size(), fmt::format("{} ended", ended));
  add("spans", recording.spans.size(),
      fmt::format("{} finished local roots, {} unfinished", roots_in(recording.spans, true),
                  roots_in(recording.spans, false)));
  add("waits", recording.waits.size(), fmt::format("{} still open", open_waits));
  add("samples", recording.samples.size(), fmt::format("{} inside hooked calls", in_hook));
  add("stacks", recording.stacks.size(), stack_ends_text(recording));
  add("modules", recording.modules.size(), "");
  return table.text(coloured);
}

std::string threads_text(const Info& info, bool coloured) {
  io::TextTable table(
      {{"thread"}, {"tid", Align::kRight}, {"life", Align::kRight}, {"CPU", Align::kRight}});
  const std::vector<ThreadSummary> threads = threads_of(info);
  const std::size_t shown = std::min(threads.size(), kThreadsShown);
  for (std::size_t i = 0; i < shown; ++i) {
    const Index row = threads[i].row;
    table.add_row({info.recording.threads.name[row],
                   std::to_string(info.recording.threads.tid[row]), seconds(threads[i].life_ns),
                   seconds(threads[i].cpu_ns)});
  }
  std::string text = table.text(coloured);
  if (shown < threads.size()) {
    text += fmt::format("and {} more threads (--json lists all)\n", threads.size() - shown);
  }
  return text;
}

// Every kind as a sum: expected = recorded + dropped, cause by cause.
std::string losses_text(const Recording& recording) {
  std::string text =
      "records, as threads wrote them (spans: starts, ends, endpoints; waits: and sums of "
      "calls):\n";
  for (const analysis::LossAccount& account : analysis::loss_accounts_of(recording)) {
    text += fmt::format("  {}: {} expected = {} recorded", account.kind, account.expected(),
                        account.recorded);
    for (const auto& [cause, count] : account.dropped) {
      text += fmt::format(" + {} dropped ({})", count, io::terminal_safe(cause));
    }
    text += fmt::format("; {}\n", account.check);
  }
  return text;
}

std::string counters_text(const Recording& recording, bool coloured) {
  io::TextTable table({{"counter"}, {"total", Align::kRight}});
  for (const auto& [key, value] : recording.counters) {
    if (value != 0) table.add_row({key, std::to_string(value)});
  }
  return table.text(coloured);
}

std::string conservation_text(const analysis::Conservation& law) {
  const std::int64_t limit_ns = residual_limit_ns(law);
  return fmt::format(
      "conservation over {} of thread life:\n"
      "  tiling error   {} ns{}\n"
      "  residual       {} ns in sum, {} ns in absolute values ({}); at most {} ns: {}\n"
      "  double booked  {} ns\n"
      "  backwards      {} ns\n"
      "  waits          {}, of which {} in another span than the scopes say\n",
      seconds(law.thread_life_ns), law.tiling_error_ns,
      law.tiling_error_ns == 0 ? "" : " (a defect of this program: please report it)",
      law.residual_ns, law.residual_abs_ns, percent(law.residual_abs_ns, law.thread_life_ns),
      limit_ns, law.residual_abs_ns <= limit_ns ? "holds" : "EXCEEDED", law.double_booked_ns,
      law.backwards_ns, law.waits, law.owner_mismatches);
}

// What the reader met; nothing when all was well.
std::string oddities_text(const analysis::ReadReport& report) {
  std::string text;
  const auto add = [&](std::uint64_t count, const char* what) {
    if (count != 0) text += fmt::format("note: {} {}\n", count, what);
  };
  add(report.unknown_records, "records of a type newer than this program were skipped");
  add(report.rejected_records, "malformed records were left out");
  add(report.unstarted_spans, "spans without the record of their start");
  add(report.repeated_span_starts, "spans were started again");
  add(report.repeated_span_ends, "spans were ended again");
  add(report.backwards_spans, "spans ended before they started");
  add(report.unresolved_names, "uses of a name that is not in the file");
  if (!report.intact) {
    text += fmt::format("DAMAGED {}; the last {} bytes of the file were not read\n", report.damage,
                        report.dropped_bytes);
  }
  return text;
}

std::string as_text(const Info& info) {
  const bool coloured = io::colour_wanted(STDOUT_FILENO);
  const Recording& recording = info.recording;
  std::string text = heading(info) + "\n" + contents_text(recording, coloured);
  if (!recording.settings.empty()) text += "\n" + settings_text(recording, coloured);
  text += "\n" + threads_text(info, coloured) + "\n" + losses_text(recording);
  text += "\n" + sampling_text(recording, info.sampling);
  text += "\n" + conservation_text(info.partition.conservation);
  if (!recording.counters.empty()) text += "\n" + counters_text(recording, coloured);
  const std::string oddities = oddities_text(recording.report);
  return oddities.empty() ? text : text + "\n" + oddities;
}

// ---- as JSON ----

Json losses_json(const Recording& recording) {
  Json losses = Json::object();
  for (const analysis::LossAccount& account : analysis::loss_accounts_of(recording)) {
    losses[account.kind] = {{"expected", account.expected()},
                            {"recorded", account.recorded},
                            {"dropped", account.dropped},
                            {"check", account.check}};
  }
  return losses;
}

Json conservation_json(const analysis::Conservation& law) {
  return {{"thread_life_ns", law.thread_life_ns},
          {"tiling_error_ns", law.tiling_error_ns},
          {"residual_ns", law.residual_ns},
          {"residual_abs_ns", law.residual_abs_ns},
          {"residual_limit_ns", residual_limit_ns(law)},
          {"double_booked_ns", law.double_booked_ns},
          {"backwards_ns", law.backwards_ns},
          {"waits", law.waits},
          {"owner_mismatches", law.owner_mismatches}};
}

Json read_json(const analysis::ReadReport& report) {
  return {{"file_bytes", report.file_bytes},
          {"read_bytes", report.read_bytes},
          {"dropped_bytes", report.dropped_bytes},
          {"uncompressed_bytes", report.uncompressed_bytes},
          {"blocks", report.blocks},
          {"records", report.records},
          {"unknown_records", report.unknown_records},
          {"rejected_records", report.rejected_records},
          {"rejected_bytes", report.rejected_bytes},
          {"unstarted_spans", report.unstarted_spans},
          {"repeated_span_starts", report.repeated_span_starts},
          {"repeated_span_ends", report.repeated_span_ends},
          {"backwards_spans", report.backwards_spans},
          {"unresolved_names", report.unresolved_names},
          {"intact", report.intact},
          {"damage", report.intact ? Json(nullptr) : Json(report.damage)}};
}

Json threads_json(const Info& info) {
  Json threads = Json::array();
  for (const ThreadSummary& thread : threads_of(info)) {
    threads.push_back({{"name", info.recording.threads.name[thread.row]},
                       {"tid", info.recording.threads.tid[thread.row]},
                       {"life_ns", thread.life_ns},
                       {"cpu_ns", thread.cpu_ns},
                       {"ended", bool{info.recording.threads.ended[thread.row]}},
                       {"sampling", thread_sampling_json(info.sampling, thread.row)}});
  }
  return threads;
}

std::string as_json(const Info& info) {
  const Recording& recording = info.recording;
  const Json document = {{"schema", "plumbline.info/1"},
                         {"file", info.file},
                         {"format_version", recording.header.version},
                         {"pid", recording.header.pid},
                         {"start_realtime_ns", recording.header.start_realtime_ns},
                         {"start_monotonic_ns", recording.header.start_monotonic_ns},
                         {"first_edge_ns", info.begin_ns},
                         {"last_edge_ns", info.end_ns},
                         {"settings", recording.settings},
                         {"spans", recording.spans.size()},
                         {"finished_roots", roots_in(recording.spans, true)},
                         {"unfinished_roots", roots_in(recording.spans, false)},
                         {"waits", recording.waits.size()},
                         {"samples", recording.samples.size()},
                         {"stacks", recording.stacks.size()},
                         {"stack_ends", stack_ends(recording)},
                         {"modules", recording.modules.size()},
                         {"threads", threads_json(info)},
                         {"losses", losses_json(recording)},
                         {"sampling", sampling_json(recording, info.sampling)},
                         {"conservation", conservation_json(info.partition.conservation)},
                         {"counters", recording.counters},
                         {"read", read_json(recording.report)}};
  // ASCII only: names may hold anything, and the reader may be a terminal.
  return document.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace

void add_info_command(CLI::App& app, Outcome& outcome) {
  CLI::App* command =
      app.add_subcommand("info", "what was recorded, by which means, and what was lost");
  struct Arguments {
    std::string file;
    bool json = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("file", arguments->file, "a recording (.plumb)")->required();
  command->add_flag("--json", arguments->json, "for programs");
  command->footer("Example:\n  plumbline info server.plumb");
  command->callback([arguments, &outcome] {
    const Info info = read_info(arguments->file);
    io::write_standard_output(arguments->json ? as_json(info) : as_text(info));
    if (!info.recording.report.intact) outcome.exit_code = kExitUnusable;
  });
}

}  // namespace plumbline::harness

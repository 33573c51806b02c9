#include "harness/cli/threads_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "analysis/attribution/threads.h"
#include "analysis/io/standard_output.h"
#include "analysis/io/terminal_text.h"
#include "analysis/io/text_table.h"
#include "analysis/recording/reader.h"
#include "harness/cli/time_cells.h"
#include "harness/scoring/gate.h"

namespace plumbline::harness {
namespace {

using analysis::Index;
using analysis::ThreadRow;
using analysis::TimeParts;
using Json = nlohmann::ordered_json;

struct Threads {
  analysis::Recording recording;
  analysis::Partition partition;
  std::vector<ThreadRow> rows;
  std::vector<Index> order;  // longest life first
  TimeParts total;

  // Every nanosecond of every thread's life is in a category, or residual.
  bool sums_agree() const { return total.wall_ns() == partition.conservation.thread_life_ns; }
};

Threads read_threads(const std::string& file) {
  Threads threads{analysis::read_recording(file), {}, {}, {}, {}};
  threads.partition = analysis::partition_time(threads.recording);
  threads.rows = analysis::threads_of(threads.recording, threads.partition);
  for (const ThreadRow& row : threads.rows) threads.total += row.time;
  threads.order.resize(threads.rows.size());
  std::iota(threads.order.begin(), threads.order.end(), Index{0});
  std::stable_sort(threads.order.begin(), threads.order.end(), [&](Index a, Index b) {
    return threads.rows[a].time.wall_ns() > threads.rows[b].time.wall_ns();
  });
  return threads;
}

std::string table_text(const Threads& threads, bool coloured) {
  std::vector<io::Column> columns = {
      {"thread"}, {"tid", io::Align::kRight}, {"wall ms", io::Align::kRight}};
  add_time_columns(columns);
  io::TextTable table(columns);
  for (const Index i : threads.order) {
    const TimeParts& time = threads.rows[i].time;
    add_time_rows(table,
                  {threads.recording.threads.name[i],
                   std::to_string(threads.recording.threads.tid[i]), milliseconds(time.wall_ns())},
                  time, io::Emphasis::kNone);
  }
  table.add_rule();
  add_time_rows(table, {"total", "", milliseconds(threads.total.wall_ns())}, threads.total,
                io::Emphasis::kBold);
  return table.text(coloured);
}

std::string check_text(const Threads& threads) {
  return fmt::format("{}: threads {} ns, from their first edge to their last {} ns\n",
                     threads.sums_agree() ? "sums agree" : "SUMS DIFFER", threads.total.wall_ns(),
                     threads.partition.conservation.thread_life_ns);
}

std::string as_text(const Threads& threads) {
  return table_text(threads, io::colour_wanted(STDOUT_FILENO)) + reasons_text(threads.total) +
         check_text(threads) + damage_text(threads.recording.report);
}

Json calls_json(const ThreadRow& row) {
  Json calls = Json::object();
  for (std::size_t i = 0; i < row.calls.size(); ++i) {
    const analysis::CallTotals& totals = row.calls[i];
    if (totals.blocked + totals.not_blocked == 0) continue;
    calls[std::string(format::kOperationIds[i])] = {{"blocked", totals.blocked},
                                                    {"not_blocked", totals.not_blocked},
                                                    {"wall_ns", totals.wall_ns},
                                                    {"cpu_ns", totals.cpu_ns}};
  }
  return calls;
}

std::string as_json(const Threads& threads) {
  Json rows = Json::array();
  for (const Index i : threads.order) {
    rows.push_back({{"name", threads.recording.threads.name[i]},
                    {"tid", threads.recording.threads.tid[i]},
                    {"first_edge_ns", threads.rows[i].first_edge_ns},
                    {"last_edge_ns", threads.rows[i].last_edge_ns},
                    {"voluntary_switches", threads.rows[i].voluntary_switches},
                    {"time", time_json(threads.rows[i].time)},
                    {"calls", calls_json(threads.rows[i])}});
  }
  const analysis::ReadReport& report = threads.recording.report;
  return text_of(Json{{"schema", "plumbline.threads/1"},
                      {"threads", std::move(rows)},
                      {"total", time_json(threads.total)},
                      {"sums_agree", threads.sums_agree()},
                      {"intact", report.intact},
                      {"damage", report.intact ? Json(nullptr) : Json(report.damage)}});
}

}  // namespace

void add_threads_command(CLI::App& app, Outcome& outcome) {
  CLI::App* command = app.add_subcommand("threads", "where the time of each thread went");
  struct Arguments {
    std::string file;
    bool json = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("file", arguments->file, "a recording (.plumb)")->required();
  command->add_flag("--json", arguments->json, "for programs; with the calls of each thread");
  command->footer("Example:\n  plumbline threads server.plumb");
  command->callback([arguments, &outcome] {
    const Threads threads = read_threads(arguments->file);
    io::write_standard_output(arguments->json ? as_json(threads) : as_text(threads));
    if (!threads.recording.report.intact) outcome.exit_code = kExitUnusable;
  });
}

}  // namespace plumbline::harness

#include "harness/cli/diff_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>

#include "analysis/attribution/requests.h"
#include "analysis/attribution/sampled_interval.h"
#include "analysis/attribution/sampling_account.h"
#include "analysis/io/error.h"
#include "analysis/io/standard_output.h"
#include "analysis/io/terminal_text.h"
#include "analysis/io/text_table.h"
#include "analysis/recording/reader.h"
#include "harness/cli/diff_view.h"
#include "harness/cli/hotspots_view.h"
#include "harness/cli/time_cells.h"
#include "harness/scoring/gate.h"
#include "harness/statistics/t_test.h"

namespace plumbline::harness {
namespace {

using analysis::kTimeColumns;
using analysis::MethodPair;
using analysis::TimeColumns;
using io::Align;

struct DiffArguments {
  std::string a, b;
  std::string endpoint, against, category;
  std::vector<std::string> own_prefixes;
  std::size_t top = 30;
  bool lines = false, unlike = false, json = false;
};

// A recording, and what hotspots are asked from. Neither copied nor moved: the engine refers to it.
struct Source {
  explicit Source(const std::string& file, const DiffArguments& arguments)
      : name(file),
        recording(analysis::read_recording(file)),
        partition(analysis::partition_time(recording)),
        engine(recording, partition,
               {arguments.lines ? analysis::MergeBy::kLine : analysis::MergeBy::kFunction,
                arguments.own_prefixes}) {}
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  const std::string name;
  const analysis::Recording recording;
  const analysis::Partition partition;
  analysis::HotspotEngine engine;
};

DiffSide side_of(Source& source, const std::string& endpoint) {
  const analysis::Recording& recording = source.recording;
  DiffSide side;
  side.program = recorded_program(source.name, recording);
  side.lockstep_risk = analysis::has_lockstep_risk(recording);
  side.report = recording.report;
  analysis::ScopedTime scope = source.engine.whole();
  if (!endpoint.empty()) {
    side.endpoint = endpoint;
    try {
      analysis::SpanPicks picks;
      picks.endpoints = {endpoint};
      scope = source.engine.scoped(source.engine.pick(picks), analysis::Scope::kChildren);
    } catch (const io::InputError& error) {
      throw io::InputError(source.name + ": " + error.what());
    }
  }
  for (const analysis::Request& request : analysis::requests_of(recording, source.partition)) {
    const std::string& name = recording.names[recording.spans.endpoint[request.root]];
    if (!endpoint.empty() && name != endpoint) continue;
    side.requests.push_back(request.ns);
  }
  side.elapsed_ns = scope.elapsed_ns;
  side.time = source.engine.time_of(scope);
  side.methods = source.engine.methods(side.time);
  const analysis::SymbolizerReport& symbols = source.engine.symbols();
  side.unread_modules = symbols.missing_files + symbols.changed_files;
  return side;
}

std::size_t column_of(const std::string& category) {
  const auto found = std::find(format::kCategoryIds.begin(), format::kCategoryIds.end(), category);
  return category.empty() ? kTimeColumns
                          : static_cast<std::size_t>(found - format::kCategoryIds.begin());
}

std::vector<double> column(const DiffSide& side, std::size_t at) {
  std::vector<double> values;
  for (const TimeColumns& request : side.requests)
    values.push_back(static_cast<double>(request[at]));
  return values;
}

void set_intervals(DiffView& view) {
  if (view.a.requests.size() < 2 || view.b.requests.size() < 2) return;
  for (std::size_t at = 0; at < kTimeColumns; ++at) {
    const Interval interval = welch_test(column(view.b, at), column(view.a, at), 0.95).interval;
    view.per_call_95_ns[at] = {interval.lo, interval.hi};
  }
}

void add_notes(DiffView& view) {
  const auto add_side = [&](const DiffSide& side) {
    const std::string& file = side.program.file;
    if (side.requests.empty()) {
      view.notes.push_back(file + " has no request that ended here: there is nothing per call");
    }
    if (side.time.keys.empty()) view.notes.push_back(file + ": no time lies in this scope");
    if (side.program.program.empty()) {
      view.notes.push_back(file +
                           " names no modules: functions are addresses, and compare by them");
    }
    if (side.unread_modules > 0) {
      view.notes.push_back(fmt::format(
          "{}: {} modules could not be read, or are not those that were recorded: their functions "
          "are addresses, and compare by them",
          file, side.unread_modules));
    }
    if (side.lockstep_risk) {
      view.notes.push_back(file + " was sampled on the kernel's tick: CPU has no intervals");
    }
    if (side.report.backwards_spans > 0) {
      view.notes.push_back(file + ": the clock went backwards");
    }
  };
  add_side(view.a);
  if (view.b.program.file != view.a.program.file || view.b.endpoint != view.a.endpoint) {
    add_side(view.b);
  }
}

// ---- as text ----

std::string signed_ms(double ns) {
  return std::abs(ns) < 500 ? "0.000" : fmt::format("{:+.3f}", ns / 1e6);
}

std::string range_text(const std::optional<Range>& range) {
  return range ? fmt::format("{} to {}", signed_ms(range->first), signed_ms(range->second)) : "-";
}

double per_call(std::int64_t ns, const DiffSide& side) {
  return static_cast<double>(ns) / static_cast<double>(side.requests.size());
}

std::vector<std::string> cells(const DiffView& view, std::int64_t a_ns, std::int64_t b_ns) {
  std::vector<std::string> row = {milliseconds(a_ns), milliseconds(b_ns),
                                  signed_ms(static_cast<double>(b_ns - a_ns))};
  if (!view.has_calls()) return row;
  const double a = per_call(a_ns, view.a), b = per_call(b_ns, view.b);
  row.insert(row.end(),
             {fmt::format("{:.3f}", a / 1e6), fmt::format("{:.3f}", b / 1e6), signed_ms(b - a)});
  return row;
}

std::vector<io::Column> columns(const DiffView& view, const char* interval) {
  std::vector<io::Column> columns = {
      {"a ms", Align::kRight}, {"b ms", Align::kRight}, {"change", Align::kRight}};
  if (view.has_calls()) {
    columns.insert(
        columns.end(),
        {{"a per call", Align::kRight}, {"b per call", Align::kRight}, {"change", Align::kRight}});
  }
  columns.push_back({interval, Align::kRight});
  return columns;
}

std::string side_text(const char* title, const DiffSide& side) {
  return fmt::format("{}: {}{}, {} requests, wall {} ms, {} samples\n", title,
                     io::terminal_safe(side.program.file),
                     side.endpoint ? ", endpoint " + io::terminal_safe(*side.endpoint) : "",
                     side.requests.size(), milliseconds(side.time.all().wall_ns()),
                     side.time.sampling.samples);
}

std::string categories_text(const DiffView& view, bool coloured) {
  std::vector<io::Column> head = {{"category"}};
  const auto more = columns(view, "per call, 95 %");
  head.insert(head.end(), more.begin(), more.end());
  io::TextTable table(head);
  const auto add = [&](const std::string& name, std::int64_t a_ns, std::int64_t b_ns,
                       const std::optional<Range>& range, io::Emphasis emphasis) {
    std::vector<std::string> row = cells(view, a_ns, b_ns);
    row.insert(row.begin(), name);
    row.push_back(range_text(range));
    table.add_row(std::move(row), emphasis);
  };
  const TimeColumns a = analysis::columns_of(view.a.time.all());
  const TimeColumns b = analysis::columns_of(view.b.time.all());
  for (std::size_t at = 0; at < kTimeColumns; ++at) {
    add(std::string(column_id(at)), a[at], b[at], view.per_call_95_ns[at], io::Emphasis::kNone);
  }
  table.add_rule();
  add("wall", view.a.time.all().wall_ns(), view.b.time.all().wall_ns(), std::nullopt,
      io::Emphasis::kBold);
  return table.text(coloured) + "\n";
}

std::string methods_text(const DiffView& view, std::size_t most_rows, bool coloured) {
  std::vector<io::Column> head =
      columns(view, view.has_calls() ? "cpu per call, 95 %" : "cpu, 95 %");
  head.push_back({"code"});
  head.push_back({"method (self time)"});
  io::TextTable table(head);
  std::size_t shown = 0;
  for (const MethodPair& pair : view.methods) {
    const std::int64_t a_ns = view.value(pair.self_a.ns), b_ns = view.value(pair.self_b.ns);
    if (a_ns == 0 && b_ns == 0) continue;
    if (++shown > most_rows) continue;
    std::vector<std::string> row = cells(view, a_ns, b_ns);
    row.push_back(
        range_text(view.has_calls() ? view.cpu_per_call_95_ns(pair) : view.cpu_95_ns(pair)));
    row.push_back(std::string(analysis::kCodeOwnerNames[static_cast<std::size_t>(pair.owner)]));
    row.push_back(pair.function);
    table.add_row(std::move(row));
  }
  return table.text(coloured) +
         (shown > most_rows ? fmt::format("{} more methods\n", shown - most_rows) : "") + "\n";
}

std::string diff_text(const DiffView& view, std::size_t most_rows, bool coloured) {
  std::string text = side_text("a", view.a) + side_text("b", view.b) + "\n" +
                     categories_text(view, coloured) + methods_text(view, most_rows, coloured);
  text += view.sums_agree() ? "sums agree: the methods' changes are those of the categories\n"
                            : "SUMS DIFFER: the methods' changes are not those of the categories\n";
  for (const std::string& note : view.notes) text += "note: " + io::terminal_safe(note) + "\n";
  text += damage_text(view.a.report);
  if (view.b.program.file != view.a.program.file) text += damage_text(view.b.report);
  return text;
}

// ---- the command ----

void show(const DiffArguments& arguments, Outcome& outcome) {
  Source first(arguments.a, arguments);
  std::unique_ptr<Source> second;
  if (!arguments.b.empty()) second = std::make_unique<Source>(arguments.b, arguments);
  Source& source_b = second ? *second : first;
  if (!arguments.unlike) {
    require_like_programs({recorded_program(first.name, first.recording),
                           recorded_program(source_b.name, source_b.recording)});
  }
  DiffView view;
  view.column = column_of(arguments.category);
  view.a = side_of(first, arguments.endpoint);
  view.b = side_of(source_b, arguments.against.empty() ? arguments.endpoint : arguments.against);
  view.methods = analysis::paired_methods(view.a.methods, first.engine.paths(), view.b.methods,
                                          source_b.engine.paths());
  std::stable_sort(view.methods.begin(), view.methods.end(),
                   [&](const MethodPair& a, const MethodPair& b) {
                     return std::abs(view.value(a.change())) > std::abs(view.value(b.change()));
                   });
  set_intervals(view);
  add_notes(view);
  io::write_standard_output(arguments.json
                                ? diff_json(view)
                                : diff_text(view, arguments.top, io::colour_wanted(STDOUT_FILENO)));
  if (!view.a.report.intact || !view.b.report.intact) outcome.exit_code = kExitUnusable;
}

void add_options(CLI::App& command, DiffArguments& arguments) {
  command.add_option("a", arguments.a, "a recording (.plumb)")->required();
  command.add_option("b", arguments.b, "another; without it two endpoints of the first");
  command.add_option("--endpoint", arguments.endpoint, "of both sides, or of a with --against")
      ->option_text("NAME");
  command.add_option("--against", arguments.against, "endpoint of b")->option_text("NAME");
  command.add_option("--category", arguments.category, "methods by it alone")
      ->check(CLI::IsMember(format::kCategoryIds))
      ->option_text("CATEGORY");
  command.add_flag("--lines", arguments.lines, "merge by line in place of function");
  command.add_option("--top", arguments.top, "rows of methods shown")->option_text("N (30)");
  command
      .add_option("--own", arguments.own_prefixes,
                  "paths of modules that begin so are your code (default: the program's folder)")
      ->option_text("PREFIX ...");
  command.add_flag("--unlike", arguments.unlike, "compare recordings of unlike programs");
  command.add_flag("--json", arguments.json, "for programs: results/schema/diff-1.schema.json");
}

std::optional<analysis::Estimate> cpu_estimate(const analysis::TimeSum& sum, const DiffSide& side) {
  const auto cpu = static_cast<double>(sum.ns[analysis::index_of(format::Category::kCpu)]);
  if (side.lockstep_risk) return std::nullopt;
  const auto interval = analysis::sampled_interval_ns(sum.sampled_ns, side.time.sampling);
  if (!interval) return std::nullopt;
  const double exact = cpu - static_cast<double>(sum.sampled_ns);
  return analysis::Estimate{cpu, exact + static_cast<double>(interval->first),
                            exact + static_cast<double>(interval->second)};
}

std::optional<Range> cpu_range(const DiffView& view, const MethodPair& pair, double calls_a,
                               double calls_b) {
  if (pair.self_a.samples == 0 && pair.self_b.samples == 0) return std::nullopt;
  auto a = cpu_estimate(pair.self_a, view.a), b = cpu_estimate(pair.self_b, view.b);
  if (!a || !b) return std::nullopt;
  *a = {a->value / calls_a, a->low / calls_a, a->high / calls_a};
  *b = {b->value / calls_b, b->low / calls_b, b->high / calls_b};
  return analysis::interval_of_difference(*a, *b);
}

}  // namespace

std::optional<Range> DiffView::cpu_95_ns(const MethodPair& pair) const {
  return cpu_range(*this, pair, 1, 1);
}

std::optional<Range> DiffView::cpu_per_call_95_ns(const MethodPair& pair) const {
  if (!has_calls()) return std::nullopt;
  return cpu_range(*this, pair, static_cast<double>(a.requests.size()),
                   static_cast<double>(b.requests.size()));
}

std::int64_t DiffView::value(const TimeColumns& columns) const {
  if (column < kTimeColumns) return columns[column];
  std::int64_t sum_ns = 0;
  for (const std::int64_t ns : columns) sum_ns += ns;
  return sum_ns;
}

bool DiffView::sums_agree() const {
  TimeColumns sum{};
  for (const MethodPair& pair : methods) {
    const TimeColumns change = pair.change();
    for (std::size_t at = 0; at < kTimeColumns; ++at) sum[at] += change[at];
  }
  const TimeColumns all_a = analysis::columns_of(a.time.all());
  TimeColumns all_b = analysis::columns_of(b.time.all());
  for (std::size_t at = 0; at < kTimeColumns; ++at) all_b[at] -= all_a[at];
  return sum == all_b;
}

void add_diff_command(CLI::App& app, Outcome& outcome) {
  CLI::App* command =
      app.add_subcommand("diff", "two recordings, or two endpoints: by category and method");
  const auto arguments = std::make_shared<DiffArguments>();
  add_options(*command, *arguments);
  command->footer(
      "Examples:\n"
      "  plumbline diff old.plumb new.plumb --endpoint 'GET /report'\n"
      "  plumbline diff shop.plumb --endpoint 'GET /report' --against 'GET /summary'\n"
      "Exit codes: 0; 2: no such endpoint, unlike programs, or a recording that cannot be read or\n"
      "is damaged");
  command->callback([arguments, &outcome] {
    if (arguments->b.empty() && (arguments->endpoint.empty() || arguments->against.empty())) {
      throw CLI::ValidationError(
          "b", "is missing: give a second recording, or --endpoint and --against of the first");
    }
    if (!arguments->against.empty() && arguments->endpoint.empty()) {
      throw CLI::ValidationError("--against", "needs --endpoint, which it is compared with");
    }
    show(*arguments, outcome);
  });
}

}  // namespace plumbline::harness

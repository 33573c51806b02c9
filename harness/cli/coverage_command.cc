#include "harness/cli/coverage_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/io/atomic_file.h"
#include "analysis/io/error.h"
#include "analysis/io/standard_output.h"
#include "analysis/io/terminal_text.h"
#include "analysis/io/text_table.h"
#include "harness/figures.h"
#include "harness/publish/csv_fields.h"
#include "harness/results/results_reader.h"
#include "harness/runs/installation.h"
#include "harness/scoring/gate.h"
#include "harness/scoring/interval_coverage.h"
#include "harness/statistics/clopper_pearson.h"

namespace plumbline::harness {
namespace {

using Json = nlohmann::ordered_json;
using io::Align;

constexpr double kClaimed = 0.95;
constexpr double kLeastShare = 0.90;
constexpr std::int64_t kFewestIntervals = 400, kFewestRuns = 40;

struct CoverageArguments {
  std::vector<std::string> results;
  std::int64_t block_runs = 5;
  std::string output;
  bool json = false;
};

struct Count {
  std::int64_t intervals = 0, covered = 0;
};

std::map<std::string, Count> by_category(const IntervalCoverage& coverage) {
  std::map<std::string, Count> counts;
  for (const HeldOutInterval& interval : coverage.intervals) {
    Count& count = counts[interval.category];
    ++count.intervals;
    count.covered += interval.covers() ? 1 : 0;
  }
  return counts;
}

int exit_code_of(const IntervalCoverage& coverage) {
  const auto intervals = static_cast<std::int64_t>(coverage.intervals.size());
  if (intervals < kFewestIntervals || coverage.runs < kFewestRuns) return kExitInconclusive;
  const bool holds = coverage.ci95.lo <= kClaimed && kClaimed <= coverage.ci95.hi;
  return holds && coverage.share >= kLeastShare ? kExitOk : kExitGateFailed;
}

std::string answer_of(const IntervalCoverage& coverage) {
  switch (exit_code_of(coverage)) {
    case kExitOk:
      return "95 % is within the interval";
    case kExitInconclusive:
      return fmt::format("inconclusive: needs {} intervals of {} runs", kFewestIntervals,
                         kFewestRuns);
    default:
      return "95 % is not within the interval, or less than 90 % are covered";
  }
}

Json as_json(const IntervalCoverage& coverage) {
  Json json = {{"intervals", coverage.intervals.size()},
               {"covered", coverage.covered},
               {"share", coverage.share},
               {"ci95", {coverage.ci95.lo, coverage.ci95.hi}},
               {"ci95_of_blocks", {coverage.ci95_of_blocks.lo, coverage.ci95_of_blocks.hi}},
               {"nearly_covered", coverage.nearly_covered},
               {"runs", coverage.runs},
               {"cells_left_out", coverage.cells_left_out},
               {"answer", answer_of(coverage)},
               {"categories", Json::object()}};
  for (const auto& [category, count] : by_category(coverage)) {
    json["categories"][category] = {{"intervals", count.intervals}, {"covered", count.covered}};
  }
  return json;
}

std::vector<std::string> cells_of(const std::string& name, const Count& count) {
  const Interval interval = clopper_pearson(count.covered, count.intervals, 0.95);
  return {name, std::to_string(count.intervals), std::to_string(count.covered),
          fmt::format("{:.2f}", 100 * static_cast<double>(count.covered) /
                                    static_cast<double>(count.intervals)),
          fmt::format("[{:.2f}, {:.2f}]", 100 * interval.lo, 100 * interval.hi)};
}

std::string as_table(const IntervalCoverage& coverage, bool coloured) {
  io::TextTable table({{"category"},
                       {"intervals", Align::kRight},
                       {"cover", Align::kRight},
                       {"%", Align::kRight},
                       {"95 % interval (Clopper-Pearson)", Align::kRight}});
  for (const auto& [category, count] : by_category(coverage)) {
    table.add_row(cells_of(category, count));
  }
  table.add_rule();
  table.add_row(
      cells_of("all", {static_cast<std::int64_t>(coverage.intervals.size()), coverage.covered}));
  const Interval& blocks = coverage.ci95_of_blocks;
  return table.text(coloured) +
         fmt::format("\n{} runs; {} cells left out (no scatter, or too few runs)\n", coverage.runs,
                     coverage.cells_left_out) +
         fmt::format("with the cells of a block as one: [{:.2f}, {:.2f}] %\n", 100 * blocks.lo,
                     100 * blocks.hi) +
         fmt::format("with a hundredth of the cell's tolerance added: {:.2f} %\n{}\n",
                     100 * static_cast<double>(coverage.nearly_covered) /
                         static_cast<double>(coverage.intervals.size()),
                     answer_of(coverage));
}

std::string as_csv(const IntervalCoverage& coverage) {
  std::string text =
      "scenario,profiler,endpoint,category,block,lo_ns,hi_ns,held_out_mean_ns,covers\n";
  for (const HeldOutInterval& interval : coverage.intervals) {
    text +=
        fmt::format("{},{},{},{},{},{},{},{},{}\n", publish::csv_name(interval.scenario),
                    publish::csv_name(interval.profiler), publish::csv_name(interval.endpoint),
                    publish::csv_name(interval.category), interval.block, interval.interval_ns.lo,
                    interval.interval_ns.hi, interval.held_out_mean_ns, interval.covers() ? 1 : 0);
  }
  return text;
}

void write_files(const IntervalCoverage& coverage, const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw io::system_failure(folder, "cannot hold the coverage", error.value());
  io::write_file_atomically(folder / "coverage.csv", as_csv(coverage));
  const Interruption interruption;
  for (const std::string& file :
       run_plot(find_installation().plots, "coverage.py", folder, interruption)) {
    fmt::print(stderr, "figure:  {}\n", io::terminal_safe(file));
  }
}

void run(const CoverageArguments& arguments, Outcome& outcome) {
  std::vector<Results> results;
  for (const std::string& path : arguments.results) results.push_back(read_results(path));
  const IntervalCoverage coverage = interval_coverage(results, arguments.block_runs);
  if (coverage.intervals.empty()) {
    throw io::InputError(fmt::format("{}: no cell has {} runs, which two blocks of --block {} need",
                                     arguments.results.front(), 2 * arguments.block_runs,
                                     arguments.block_runs));
  }
  io::write_standard_output(arguments.json ? as_json(coverage).dump(2) + "\n"
                                           : as_table(coverage, io::colour_wanted(STDOUT_FILENO)));
  if (!arguments.output.empty()) write_files(coverage, arguments.output);
  outcome.exit_code = exit_code_of(coverage);
}

}  // namespace

void add_coverage_command(CLI::App& app, Outcome& outcome) {
  CLI::App* command = app.add_subcommand(
      "coverage",
      "do the 95 % intervals of results cover in 95 %? Each against runs it has not seen");
  const auto arguments = std::make_shared<CoverageArguments>();
  command
      ->add_option("result", arguments->results,
                   "results.json, or folders with one; pooled in this order")
      ->required();
  command->add_option("--block", arguments->block_runs, "runs that an interval is made of")
      ->check(CLI::Range(2, 10'000))
      ->capture_default_str();
  command->add_option("-o,--output", arguments->output,
                      "folder for coverage.csv and the figure (default: none are written)");
  command->add_flag("--json", arguments->json, "for programs");
  command->footer(
      "Example:\n"
      "  plumbline run --repeat 40 -o long && plumbline coverage long -o long\n"
      "Exit codes: 0 the share's interval holds 95 %, and the share is 90 % or more; 1 it does "
      "not;\n"
      "2 unusable input; 3 fewer than 400 intervals or 40 runs.");
  command->callback([arguments, &outcome] { run(*arguments, outcome); });
}

}  // namespace plumbline::harness

#include "harness/cli/compare_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/io/error.h"
#include "analysis/io/standard_output.h"
#include "analysis/io/terminal_text.h"
#include "harness/comparison/baseline.h"
#include "harness/comparison/comparison.h"
#include "harness/comparison/comparison_report.h"
#include "harness/results/fingerprint.h"
#include "harness/results/results_reader.h"

namespace plumbline::harness {
namespace {

struct CompareArguments {
  std::vector<std::string> results;
  bool baseline = false, save_baseline = false;
  std::string baseline_folder = "results/baseline";
  bool force_unlike = false, all = false, json = false;
  double least_change_pct = 10, false_discoveries_pct = 5;
  bool missing_allowed = false;
};

void check_alike(const Results& a, const Results& b, bool force) {
  std::vector<std::string> lines = unlike_machines(a.environment, b.environment);
  const std::vector<std::string> settings = unlike_settings(a.provenance, b.provenance, false);
  lines.insert(lines.end(), settings.begin(), settings.end());
  if (a.provenance.mixed_machines || b.provenance.mixed_machines) {
    lines.emplace_back("merged from shards of unlike machines");
  }
  if (lines.empty()) return;
  const std::string text = fmt::format("{}", fmt::join(lines, "; "));
  if (!force) {
    throw io::InputError(fmt::format(
        "the results are of unlike machines or settings: {}; --force-unlike compares nevertheless",
        text));
  }
  fmt::print(stderr, "compared although unlike: {}\n", io::terminal_safe(text));
}

void check_usage(const CompareArguments& arguments) {
  const std::size_t wanted = arguments.baseline || arguments.save_baseline ? 1 : 2;
  if (arguments.results.size() != wanted) {
    throw io::InputError(
        fmt::format("compare: {} results named, {} wanted{}; see plumbline compare "
                    "--help",
                    arguments.results.size(), wanted, wanted == 1 ? " with a baseline" : ""));
  }
}

Comparison compared(const CompareArguments& arguments, const Results& last) {
  const Results first = arguments.baseline ? read_baseline(arguments.baseline_folder, last)
                                           : read_results(arguments.results.front());
  check_alike(first, last, arguments.force_unlike);
  return compare_results(first, last,
                         {.false_discovery_rate = arguments.false_discoveries_pct / 100,
                          .least_change = arguments.least_change_pct / 100,
                          .missing_allowed = arguments.missing_allowed});
}

// A baseline is replaced after it was compared with: `--baseline --save-baseline` does both.
void compare(const CompareArguments& arguments, Outcome& outcome) {
  check_usage(arguments);
  const Results last = read_results(arguments.results.back());
  if (arguments.baseline || arguments.results.size() == 2) {
    const Comparison comparison = compared(arguments, last);
    io::write_standard_output(
        arguments.json
            ? comparison_json(comparison)
                      .dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
                  "\n"
            : comparison_text(comparison, arguments.all, io::colour_wanted(STDOUT_FILENO)));
    outcome.exit_code = comparison.exit_code;
  }
  if (!arguments.save_baseline) return;
  const std::filesystem::path file = save_baseline(arguments.baseline_folder, last);
  fmt::print(stderr, "baseline: {}\n", io::terminal_safe(file.string()));
}

void add_options(CLI::App& command, CompareArguments& arguments) {
  command
      .add_option("results", arguments.results,
                  "A and B: results.json, or folders with one; B alone with a baseline")
      ->required()
      ->expected(1, 2);
  command.add_flag("--baseline", arguments.baseline,
                   "compare with the baseline of such a machine and experiment");
  command.add_flag("--save-baseline", arguments.save_baseline,
                   "make the result this baseline, in place of an earlier one");
  command.add_option("--baseline-folder", arguments.baseline_folder, "where baselines are kept")
      ->capture_default_str();
  command.add_flag("--force-unlike", arguments.force_unlike,
                   "compare even unlike machines or settings");
  command.add_flag("--allow-missing", arguments.missing_allowed,
                   "rows that are in A alone keep no answer back");
  command
      .add_option("--least-change", arguments.least_change_pct,
                  "per cent of a row's tolerance: what changed by less is the same")
      ->check(CLI::Range(0.0, 100.0))
      ->capture_default_str();
  command
      .add_option("--false-discoveries", arguments.false_discoveries_pct,
                  "per cent of the rows called worse or better that may be so by chance")
      ->check(CLI::Range(0.001, 50.0))
      ->capture_default_str();
  command.add_flag("--all", arguments.all, "show what is the same, too");
  command.add_flag("--json", arguments.json, "for programs");
}

}  // namespace

void add_compare_command(CLI::App& app, Outcome& outcome) {
  CLI::App* command = app.add_subcommand("compare", "what got worse from one result to another");
  const auto arguments = std::make_shared<CompareArguments>();
  add_options(*command, *arguments);
  command->footer(
      "Examples:\n"
      "  plumbline compare results/runs/monday results/runs/tuesday\n"
      "  plumbline compare --save-baseline results/runs/release\n"
      "  plumbline compare --baseline results/runs/tonight --json\n"
      "Exit codes: 0 nothing is worse, 1 something is, 2 unusable input or unlike machines,\n"
      "3 it cannot be told: too few runs, too much scatter, or rows that are in A alone.");
  command->callback([arguments, &outcome] { compare(*arguments, outcome); });
}

}  // namespace plumbline::harness

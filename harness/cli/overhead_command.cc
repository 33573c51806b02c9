#include "harness/cli/overhead_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/io/error.h"
#include "harness/cli/keep_awake_option.h"
#include "harness/cli/shown_result.h"
#include "harness/figures.h"
#include "harness/overhead/fixed_work.h"
#include "harness/overhead/instructions.h"
#include "harness/overhead/overhead_experiment.h"
#include "harness/results/result_directory.h"
#include "harness/results/results_reader.h"
#include "harness/runs/environment.h"
#include "harness/scoring/gate.h"

namespace plumbline::harness {
namespace {

struct OverheadArguments {
  std::vector<double> rates = {0, 199, 1000};
  std::vector<std::string> peers;
  std::int64_t rounds = 20, requests = 10;
  std::optional<std::int64_t> most_rounds;
  std::optional<double> max_overhead_pct;
  std::string baseline;
  double max_regression_pct = kDefaultRegressionPct;
  std::uint64_t seed = 1;
  bool instructions = false, json = false;
  std::string library, output, keep_awake;
};

std::filesystem::path library_of(const OverheadArguments& arguments,
                                 const Installation& installation) {
  const std::filesystem::path library = arguments.library.empty()
                                            ? installation.library
                                            : std::filesystem::absolute(arguments.library);
  std::error_code ignored;
  if (std::filesystem::exists(library, ignored)) return library;
  throw io::InputError(library.string() +
                       ": no such profiler library; build it, or name one with --library");
}

OverheadPlan plan_of(const OverheadArguments& arguments, const Installation& installation,
                     const Interruption& interruption) {
  OverheadPlan plan;
  plan.spec = fixed_work(arguments.requests);
  plan.treatments.push_back(bare_again());
  for (const double rate : arguments.rates) {
    plan.treatments.push_back(built_in(library_of(arguments, installation), rate));
  }
  for (const std::string& name : arguments.peers) {
    for (const double rate : arguments.rates) {
      if (rate > 0) {
        plan.treatments.push_back(peer(name, static_cast<int>(rate), interruption));
      }
    }
  }
  const bool gates = arguments.max_overhead_pct || !arguments.baseline.empty();
  plan.rounds = arguments.rounds;
  plan.most_rounds = arguments.most_rounds.value_or(gates ? 2 * plan.rounds : plan.rounds);
  if (plan.most_rounds < plan.rounds) {
    throw io::InputError(fmt::format("--up-to {}: fewer than the {} rounds before the first look",
                                     plan.most_rounds, plan.rounds));
  }
  plan.keep_awake = keep_awake_of(arguments.keep_awake);
  plan.rules.scenario = plan.spec.name;
  plan.rules.seed = arguments.seed;
  if (arguments.max_overhead_pct) plan.rules.max_ratio = 1 + *arguments.max_overhead_pct / 100;
  if (!arguments.baseline.empty()) {
    plan.baseline = baseline_of(read_results(arguments.baseline), read_environment(),
                                1 + arguments.max_regression_pct / 100);
  }
  return plan;
}

void add_instructions(const OverheadArguments& arguments, const Installation& installation,
                      const Interruption& interruption, Results& results) {
  const std::string missing = instructions_missing();
  if (!missing.empty()) {
    fmt::print(stderr, "plumbline: no instruction counts: {}\n", missing);
    return;
  }
  const std::vector<OverheadRow> rows =
      count_instructions(installation, library_of(arguments, installation), interruption);
  results.overhead.insert(results.overhead.end(), rows.begin(), rows.end());
}

void run(const OverheadArguments& arguments, Outcome& outcome) {
  const Installation installation = find_installation();
  const std::filesystem::path folder = arguments.output.empty()
                                           ? default_result_directory("overhead")
                                           : std::filesystem::path(arguments.output);
  const Interruption interruption;
  const OverheadPlan plan = plan_of(arguments, installation, interruption);
  ResultDirectory directory(std::filesystem::absolute(folder));
  Results results = run_overhead(plan, installation, interruption);
  if (arguments.instructions) add_instructions(arguments, installation, interruption, results);
  directory.commit(results);
  const std::vector<std::string> figures =
      figures_or_reason(installation.plots, directory.path(), interruption);
  show_result(results, folder, figures, arguments.json, outcome);
}

void add_options(CLI::App& command, OverheadArguments& arguments) {
  add_keep_awake_option(command, arguments.keep_awake);
  command
      .add_option("--rates", arguments.rates,
                  "samples per second of CPU, separated by commas; 0: spans and waits alone")
      ->delimiter(',')
      ->check(CLI::Range(0, 10'000))
      ->capture_default_str();
  command
      .add_option("--peers", arguments.peers,
                  "other profilers, at the same rates: as for `run --profiler`")
      ->delimiter(',');
  command.add_option("--rounds", arguments.rounds, "each profiler once in each, and bare twice")
      ->check(CLI::Range(6, 10'000))
      ->capture_default_str();
  command
      .add_option("--up-to", arguments.most_rounds,
                  "rounds at most, while a verdict is open (default: twice --rounds with a limit)")
      ->check(CLI::Range(6, 10'000));
  command
      .add_option("--requests", arguments.requests, "of a slice, each some 85 ms, 35 of them CPU")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
}

void add_limits(CLI::App& command, OverheadArguments& arguments) {
  command
      .add_option("--max-overhead", arguments.max_overhead_pct,
                  "per cent that the built-in profiler may add to fixed CPU work")
      ->check(CLI::Range(0.0, 1000.0));
  command.add_option("--baseline", arguments.baseline,
                     "an earlier result of this command: results.json, or a folder with one");
  command
      .add_option("--max-regression", arguments.max_regression_pct,
                  "per cent that fixed CPU work may cost more than in the baseline")
      ->check(CLI::Range(0.0, 1000.0))
      ->capture_default_str();
  command.add_flag("--instructions", arguments.instructions,
                   "count instructions of spans and hooked calls too (needs valgrind)");
  command.add_option("--seed", arguments.seed, "of the order and of the intervals")
      ->capture_default_str();
  command.add_option("--library", arguments.library,
                     "profiler library to measure instead of the one built here");
  command.add_option("-o,--output", arguments.output,
                     "folder for the result (default: results/runs/overhead-TIME)");
  command.add_flag("--json", arguments.json, "print results.json instead of tables");
}

}  // namespace

void add_overhead_command(CLI::App& app, Outcome& outcome) {
  CLI::App* command =
      app.add_subcommand("overhead", "what profiling costs fixed work, and what it does to waits");
  const auto arguments = std::make_shared<OverheadArguments>();
  add_options(*command, *arguments);
  add_limits(*command, *arguments);
  command->footer(
      "Examples:\n"
      "  plumbline overhead                                    about two minutes\n"
      "  plumbline overhead --rates 0,100,199,1000 --peers perf --rounds 40\n"
      "  plumbline overhead --rates 199 --max-overhead 2       a gate\n"
      "  plumbline overhead --baseline results/baseline/overhead --max-regression 2\n"
      "Exit codes: 0 within every limit, or none was given; 1 a limit is exceeded; 2 unusable "
      "input;\n"
      "3 inconclusive: more rounds or a quieter machine.");
  command->callback([arguments, &outcome] { run(*arguments, outcome); });
}

}  // namespace plumbline::harness

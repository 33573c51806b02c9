#include "harness/selftest/clean_runs.h"

#include <fmt/format.h>

#include <utility>

#include "harness/results/result_directory.h"
#include "harness/runs/experiment.h"
#include "harness/scenarios.h"
#include "harness/selfcheck.h"
#include "harness/selftest/mutation_check.h"

namespace plumbline::harness {
namespace {

constexpr std::string_view kSelfCheckScenario = "standard";

Results only_of(const Results& results, std::string_view scenario) {
  Results only;
  for (const RunRow& row : results.runs) {
    if (row.scenario == scenario) only.runs.push_back(row);
  }
  for (const CellRow& row : results.cells) {
    if (row.scenario == scenario) only.cells.push_back(row);
  }
  return only;
}

}  // namespace

CleanRun clean_run_of(const Results& results) {
  CleanRun run;
  run.exit_code = results.summary.exit_code;
  run.reason = results.summary.reason;
  run.failed = failing_rows(results);
  run.unfit = self_check(only_of(results, kSelfCheckScenario)).unfit;
  if (run.unfit.empty() && run.reason.starts_with("machine unfit")) run.unfit = run.reason;
  return run;
}

std::vector<CleanRun> run_clean_suites(std::int64_t count, const Installation& installation,
                                       const std::filesystem::path& folder,
                                       const Interruption& interruption,
                                       const std::function<void(const CleanRun&)>& each) {
  const Suite& suite = find_suite("standard");
  std::vector<CleanRun> runs;
  for (std::int64_t i = 1; i <= count; ++i) {
    ExperimentPlan plan;
    plan.scenarios = select_suite(installation, suite).scenarios;
    plan.repeats = suite.repeats;
    plan.most_repeats = suite.most_repeats;
    plan.library = installation.library;
    ResultDirectory directory(folder / fmt::format("clean-{:02}", i));
    const Results results = run_experiment(plan, installation, directory, interruption);
    directory.commit(results);
    runs.push_back(clean_run_of(results));
    each(runs.back());
  }
  return runs;
}

}  // namespace plumbline::harness

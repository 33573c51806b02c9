#include "harness/cli/selftest_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <utility>

#include "analysis/attribution/partition.h"
#include "analysis/io/standard_output.h"
#include "analysis/recording/reader.h"
#include "harness/profilers/plumbline_profile.h"
#include "harness/results/result_directory.h"
#include "harness/runs/experiment.h"
#include "harness/scenarios.h"
#include "harness/selftest/selftest_report.h"

namespace plumbline::harness {
namespace {

constexpr std::string_view kNoFaults = "none";
constexpr std::int64_t kMutatedRuns = 3;

struct SelfTestArguments {
  std::vector<std::string> faults;  // empty: all
  std::size_t mutations = 4;
  std::optional<std::uint64_t> seed;
  std::int64_t clean = 0;
  std::string output;
  bool json = false;

  bool wants_faults() const { return faults.size() != 1 || faults.front() != kNoFaults; }
};

void print(const SelfTestArguments& arguments, const std::string& text) {
  if (!arguments.json) io::write_standard_output(text);
}

std::uint64_t fresh_seed() {
  std::random_device device;
  return device();
}

// The standard scenario's valid runs, before they are scored.
std::vector<UnscoredRun> runs_to_mutate(const Installation& installation,
                                        const std::filesystem::path& folder,
                                        const Interruption& interruption) {
  Selection selection;
  select_scenarios(installation, "standard", selection);
  ExperimentPlan plan;
  plan.scenarios = std::move(selection.scenarios);
  plan.repeats = plan.most_repeats = kMutatedRuns;
  plan.library = installation.library;
  ResultDirectory directory(folder / "mutated");
  const Results results = run_experiment(plan, installation, directory, interruption);
  std::vector<UnscoredRun> runs;
  for (const RunRow& row : results.runs) {
    const std::string files = directory.files_of_run(row.id).string();
    const analysis::Recording recording = analysis::read_recording(files + ".plumb");
    runs.push_back({row, workloads::read_ledger(files + ".plumbledger"),
                    plumbline_profile(recording, analysis::partition_time(recording)), 0});
  }
  directory.commit(results);
  return runs;
}

MutationCheck mutate(const SelfTestArguments& arguments, const Installation& installation,
                     const std::filesystem::path& folder, const Interruption& interruption) {
  const std::uint64_t seed = arguments.seed.value_or(fresh_seed());
  MutationCheck check = check_mutations(runs_to_mutate(installation, folder, interruption), seed,
                                        arguments.mutations);
  print(arguments, text_of(check));
  return check;
}

void run(const SelfTestArguments& arguments, Outcome& outcome) {
  const Installation installation = find_installation();
  const std::filesystem::path folder =
      std::filesystem::absolute(arguments.output.empty() ? default_result_directory("selftest")
                                                         : std::filesystem::path(arguments.output));
  const Interruption interruption;
  SelfTest test;
  if (arguments.wants_faults()) {
    test.faults =
        try_seeded_faults(installation, arguments.faults, interruption,
                          [&](const FaultOutcome& fault) { print(arguments, text_of(fault)); });
  }
  if (arguments.mutations > 0) {
    test.mutations = mutate(arguments, installation, folder, interruption);
  }
  test.clean = run_clean_suites(arguments.clean, installation, folder, interruption,
                                [&](const CleanRun& one) { print(arguments, text_of(one)); });
  io::write_standard_output(arguments.json ? selftest_to_json(test).dump(2) + "\n"
                                           : "\n" + summary_of(test));
  outcome.exit_code = exit_code_of(test);
}

}  // namespace

void add_selftest_command(CLI::App& app, Outcome& outcome) {
  CLI::App* command = app.add_subcommand(
      "selftest", "deliberately wrong profilers must be caught, and a true one never blamed");
  const auto arguments = std::make_shared<SelfTestArguments>();
  command->add_option("--faults", arguments->faults,
                      "seeded faults by name, or none (default: all); built from the sources");
  command
      ->add_option("--mutations", arguments->mutations,
                   "random mutations of what the profiler said, of one set of runs; 0: none")
      ->check(CLI::Range(0, 1'000))
      ->capture_default_str();
  command->add_option("--seed", arguments->seed, "of the mutations (default: a fresh one)");
  command
      ->add_option("--clean", arguments->clean,
                   "runs of the whole standard suite without a fault, some 3 minutes each: no row "
                   "may fail while the machine is fit")
      ->check(CLI::Range(0, 1'000))
      ->capture_default_str();
  command->add_option("-o,--output", arguments->output,
                      "folder for the runs (default: results/runs/selftest-TIME)");
  command->add_flag("--json", arguments->json, "for programs");
  command->footer(
      "Examples:\n"
      "  plumbline selftest                                       all faults, four mutations\n"
      "  plumbline selftest --faults sleep_as_lock dropped_thread --mutations 0\n"
      "  plumbline selftest --faults none --mutations 8 --seed 7  one set of runs, scored 9 times\n"
      "  plumbline selftest --faults none --mutations 0 --clean 20\n"
      "Exit codes: 0 all caught and no false alarm; 1 something was missed, or a row failed "
      "without "
      "a fault;\n2 unusable input; 3 the machine was unfit for some of it; 77 nothing could run "
      "here.");
  command->callback([arguments, &outcome] { run(*arguments, outcome); });
}

}  // namespace plumbline::harness

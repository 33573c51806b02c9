#include "harness/cli/run_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <memory>
#include <string>

#include "analysis/io/error.h"
#include "analysis/io/standard_output.h"
#include "harness/cli/keep_awake_option.h"
#include "harness/cli/shown_result.h"
#include "harness/figures.h"
#include "harness/gate/gate_check.h"
#include "harness/gate/gate_file.h"
#include "harness/profilers/find_profiler.h"
#include "harness/results/result_directory.h"
#include "harness/runs/experiment.h"
#include "harness/runs/provenance.h"
#include "harness/scenarios.h"
#include "harness/shards/shard.h"

namespace plumbline::harness {
namespace {

struct RunArguments {
  std::string suite;
  std::vector<std::string> scenarios;
  std::optional<std::int64_t> repeats, most_repeats;
  std::optional<std::uint64_t> seed;
  int rate_hz = 1000;
  std::string ledger = "full";
  std::string oracle;
  std::string keep_awake;
  std::vector<std::string> profilers;
  std::string library;
  std::string shard;
  std::optional<std::int64_t> shard_total;
  std::string output;
  std::string gate;
  bool json = false, print_gate = false;
};

// What shall run, how often, and what the result is called.
struct Order {
  Selection selection;
  std::int64_t repeats = 10, most_repeats = 20;
  std::string name;
};

Order order_of(const RunArguments& arguments, const Installation& installation) {
  Order order;
  if (arguments.scenarios.empty()) {
    const Suite& suite = find_suite(arguments.suite.empty() ? "standard" : arguments.suite);
    order = {select_suite(installation, suite), suite.repeats, suite.most_repeats,
             std::string(suite.name)};
  }
  for (const std::string& pattern : arguments.scenarios) {
    select_scenarios(installation, pattern, order.selection);
  }
  if (order.name.empty()) {
    const Selection& selection = order.selection;
    order.name = selection.scenarios.empty() ? selection.sweeps.front().name
                                             : selection.scenarios.front().name;
  }
  if (arguments.repeats) order.repeats = order.most_repeats = *arguments.repeats;
  order.most_repeats = arguments.most_repeats.value_or(order.most_repeats);
  if (order.most_repeats < order.repeats) {
    throw io::InputError(fmt::format("--up-to {}: fewer than the {} runs before the first look",
                                     order.most_repeats, order.repeats));
  }
  return order;
}

// Checked against all that is installed, too: one gate serves many jobs.
Gate gate_of(const RunArguments& arguments, const ExperimentPlan& plan,
             const Installation& installation) {
  if (arguments.gate.empty()) return {};
  Gate gate = read_gate(arguments.gate);
  std::vector<workloads::Spec> known = installed_scenarios(installation.scenarios);
  known.insert(known.end(), plan.scenarios.begin(), plan.scenarios.end());
  std::vector<Sweep> sweeps = installed_sweeps(installation.sweeps);
  sweeps.insert(sweeps.end(), plan.sweeps.begin(), plan.sweeps.end());
  for (const Sweep& sweep : sweeps) {
    for (const SweepPoint& point : sweep.points) known.push_back(point.spec);
  }
  check_gate(gate, known);
  return gate;
}

ExperimentPlan plan_of(const RunArguments& arguments, const Order& order,
                       const Installation& installation) {
  ExperimentPlan plan;
  plan.scenarios = order.selection.scenarios;
  plan.sweeps = order.selection.sweeps;
  plan.repeats = order.repeats;
  plan.most_repeats = order.most_repeats;
  plan.seed = arguments.seed;
  plan.rate_hz = arguments.rate_hz;
  plan.ledger_full = arguments.ledger == "full";
  plan.kernel_oracle = !arguments.oracle.empty();
  plan.keep_awake = keep_awake_of(arguments.keep_awake);
  plan.gate = gate_of(arguments, plan, installation);
  // The workload has another working directory to look from only by chance: make it absolute.
  plan.library = arguments.library.empty() ? installation.library
                                           : std::filesystem::absolute(arguments.library);
  plan.provenance = provenance_of(order.name, plan);
  if (!arguments.library.empty()) plan.provenance.settings["library"] = arguments.library;
  if (!arguments.gate.empty()) plan.provenance.settings["gate"] = arguments.gate;
  if (!arguments.profilers.empty()) {
    plan.provenance.settings["profilers"] = fmt::format("{}", fmt::join(arguments.profilers, " "));
  }
  return plan;
}

// Which part this process runs; the name of its folder tells the parts apart.
void divide(const RunArguments& arguments, ExperimentPlan& plan, Order& order) {
  const Variables variables = [](const char* name) { return std::getenv(name); };
  const ShardChoice choice = choose_shard(arguments.shard, arguments.shard_total, variables);
  acknowledge_shard(variables);
  if (!choice.shard) return;
  keep_shard(*choice.shard, plan);
  order.name += fmt::format("-shard-{}-of-{}", choice.shard->index, choice.shard->total);
  fmt::print(stderr, "shard {}/{} (by {}): {} of {} scenarios, {} of {} sweeps\n",
             choice.shard->index, choice.shard->total, choice.source, plan.scenarios.size(),
             order.selection.scenarios.size(), plan.sweeps.size(), order.selection.sweeps.size());
}

void run(const RunArguments& arguments, Outcome& outcome) {
  if (arguments.print_gate) return io::write_standard_output(default_gate_text());
  const Installation installation = find_installation();
  Order order = order_of(arguments, installation);
  ExperimentPlan plan = plan_of(arguments, order, installation);
  divide(arguments, plan, order);
  for (const std::string& name : arguments.profilers) {
    find_profiler(name, plan.library, plan.rate_hz);  // refuses before anything runs
  }
  const std::filesystem::path folder = arguments.output.empty()
                                           ? default_result_directory(order.name)
                                           : std::filesystem::path(arguments.output);
  const Interruption interruption;
  ResultDirectory directory(std::filesystem::absolute(folder));
  if (!arguments.profilers.empty()) {
    plan.bench = set_up_bench(arguments.profilers, plan.library, plan.rate_hz, interruption);
  }
  const Results results = run_experiment(plan, installation, directory, interruption);
  directory.commit(results);
  const std::vector<std::string> figures =
      figures_or_reason(installation.plots, directory.path(), interruption);
  show_result(results, folder, figures, arguments.json, outcome);
}

}  // namespace

void add_run_command(CLI::App& app, Outcome& outcome) {
  CLI::App* command = app.add_subcommand(
      "run", "run workloads of known cost under the profiler and judge what it says");
  const auto arguments = std::make_shared<RunArguments>();
  CLI::Option* suite = command->add_option("--suite", arguments->suite,
                                           "a set of scenarios: standard (default), smoke, "
                                           "adversarial, sweeps, full");
  command
      ->add_option("--scenario", arguments->scenarios,
                   "one by name, several by a glob, or a file SPEC.json; may be repeated")
      ->excludes(suite);
  command
      ->add_option("--repeat", arguments->repeats,
                   "runs of each scenario (default: the suite's, 10 or 3)")
      ->check(CLI::Range(1, 10'000));
  command
      ->add_option("--up-to", arguments->most_repeats,
                   "go on until the verdicts are decided, for so many runs at most (default: twice "
                   "the suite's; as --repeat when that is given)")
      ->check(CLI::Range(1, 10'000));
  command->add_option("--seed", arguments->seed,
                      "of the first repeat, counted up from there (default: the scenario's)");
  command->add_option("--rate", arguments->rate_hz, "samples per second of CPU")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  command
      ->add_option("--ledger", arguments->ledger,
                   "full: with the run queue of each wait; brief: without, the truth is wider")
      ->check(CLI::IsMember({"full", "brief"}))
      ->capture_default_str();
  command
      ->add_option("--oracle", arguments->oracle,
                   "kernel: check the ledger itself against the kernel's record (root only)")
      ->check(CLI::IsMember({"kernel"}));
  add_keep_awake_option(*command, arguments->keep_awake);
  command->add_option("--profiler", arguments->profilers,
                      "built-in (default), built-in:clock=timer or another option, perf, "
                      "perf-dwarf, gperftools, uftrace, async-profiler, bare (none: the others' "
                      "overhead is measured against it), or a FILE.json that describes one; may be "
                      "repeated: they take turns");
  command->add_option("--library", arguments->library,
                      "profiler library to judge instead of the one built here");
  command->add_option("--gate", arguments->gate,
                      "a gate file: tolerances and assertions (default: the built-in ones)");
  command->add_flag("--print-gate", arguments->print_gate,
                    "print the built-in gate as such a file, and run nothing");
  command->add_option(
      "--shard", arguments->shard,
      "I/N: run part I of N (from 1); see `plumbline merge`. Default: what GoogleTest, "
      "Slurm, Kubernetes or GitLab say by their variables");
  command
      ->add_option("--shard-total", arguments->shard_total,
                   "how many parts there are, for Kubernetes, which does not say")
      ->check(CLI::Range(1, 100'000));
  command->add_option("-o,--output", arguments->output,
                      "folder for the result (default: results/runs/NAME-TIME)");
  command->add_flag("--json", arguments->json, "print results.json instead of tables");
  command->footer(
      "Examples:\n"
      "  plumbline run                                  the standard suite, about two minutes\n"
      "  plumbline run --suite smoke                    a few seconds: does it work here?\n"
      "  plumbline run --scenario controls --repeat 20  one scenario, narrower intervals\n"
      "  plumbline run --scenario 'lockstep_[14]ms' --repeat 6 --profiler built-in\n"
      "      --profiler perf-dwarf --profiler gperftools --profiler bare\n"
      "                                                 profilers side by side\n"
      "A profiler is judged on what it claims; one that is not on this machine is skipped.\n"
      "  plumbline run --print-gate > gate.json         then edit it, and: run --gate gate.json\n"
      "  plumbline run --suite full --shard 2/3 -o s2   the second of three parts; see merge\n"
      "Exit codes: 0 passed, 1 gate failed, 2 unusable input, 3 inconclusive or machine unfit,\n"
      "77 everything skipped.");
  command->callback([arguments, &outcome] { run(*arguments, outcome); });
}

}  // namespace plumbline::harness

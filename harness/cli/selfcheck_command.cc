#include "harness/cli/selfcheck_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "analysis/io/standard_output.h"
#include "analysis/io/terminal_text.h"
#include "analysis/io/text_table.h"
#include "harness/cli/keep_awake_option.h"
#include "harness/results/result_directory.h"
#include "harness/runs/experiment.h"
#include "harness/scenarios.h"
#include "harness/scoring/gate.h"
#include "harness/selfcheck.h"

namespace plumbline::harness {
namespace {

using Json = nlohmann::ordered_json;
using io::Align;

struct SelfCheckArguments {
  std::int64_t repeats = 10;
  std::string keep_awake;
  std::string output;
  bool json = false;
};

Json as_json(const SelfCheck& check) {
  Json json = {
      {"fit", check.unfit.empty()},
      {"reason", check.unfit},
      {"runs", {{"ok", check.ok}, {"degraded", check.degraded}, {"invalid", check.invalid}}},
      {"categories", Json::array()}};
  for (const CategoryNoise& noise : check.categories) {
    json["categories"].push_back(
        {{"category", noise.category},
         {"truth_ms", noise.truth_ms},
         {"width_pct", noise.width_pct},
         {"deviation_pct", noise.deviation_pct},
         {"half_width_pct", noise.half_width_pct},
         {"difference_pct", {noise.difference_pct.lo, noise.difference_pct.hi}},
         {"repeats_needed", noise.repeats_needed ? Json(*noise.repeats_needed) : Json(nullptr)}});
  }
  return json;
}

std::string as_table(const SelfCheck& check, bool coloured) {
  io::TextTable table({{"category"},
                       {"true ms a run", Align::kRight},
                       {"truth open %", Align::kRight},
                       {"noise of a run %", Align::kRight},
                       {"95 % half width %", Align::kRight},
                       {"A less B %", Align::kRight},
                       {"repeats for 1 %", Align::kRight}});
  for (const CategoryNoise& noise : check.categories) {
    table.add_row(
        {noise.category, fmt::format("{:.1f}", noise.truth_ms),
         fmt::format("{:.3f}", noise.width_pct), fmt::format("{:.3f}", noise.deviation_pct),
         fmt::format("{:.3f}", noise.half_width_pct),
         fmt::format("[{:+.3f}, {:+.3f}]", noise.difference_pct.lo, noise.difference_pct.hi),
         noise.repeats_needed ? std::to_string(*noise.repeats_needed) : "-"});
  }
  return table.text(coloured) +
         fmt::format("\nruns: {} ok, {} degraded, {} invalid\nthe machine is {}\n", check.ok,
                     check.degraded, check.invalid,
                     check.unfit.empty() ? "fit" : "unfit: " + check.unfit);
}

void run(const SelfCheckArguments& arguments, Outcome& outcome) {
  const Installation installation = find_installation();
  Selection selection;
  select_scenarios(installation, "standard", selection);
  ExperimentPlan plan;
  plan.scenarios = std::move(selection.scenarios);
  plan.repeats = plan.most_repeats = arguments.repeats;
  plan.library = installation.library;
  plan.keep_awake = keep_awake_of(arguments.keep_awake);
  const std::filesystem::path folder = arguments.output.empty()
                                           ? default_result_directory("selfcheck")
                                           : std::filesystem::path(arguments.output);
  const Interruption interruption;
  ResultDirectory directory(std::filesystem::absolute(folder));
  const Results results = run_experiment(plan, installation, directory, interruption);
  directory.commit(results);
  const SelfCheck check = self_check(results);
  io::write_standard_output(arguments.json ? as_json(check).dump(2) + "\n"
                                           : as_table(check, io::colour_wanted(STDOUT_FILENO)));
  outcome.exit_code = check.unfit.empty() ? kExitOk : kExitInconclusive;
}

}  // namespace

void add_selfcheck_command(CLI::App& app, Outcome& outcome) {
  CLI::App* command = app.add_subcommand(
      "selfcheck", "the same thing again and again (A/A): how much noise this machine adds");
  const auto arguments = std::make_shared<SelfCheckArguments>();
  command->add_option("--repeat", arguments->repeats, "runs, half of them A and half B")
      ->check(CLI::Range(4, 1'000))
      ->capture_default_str();
  add_keep_awake_option(*command, arguments->keep_awake);
  command->add_option("-o,--output", arguments->output,
                      "folder for the runs (default: results/runs/selfcheck-TIME)");
  command->add_flag("--json", arguments->json, "for programs");
  command->footer(
      "Example:\n  plumbline selfcheck --repeat 20\n"
      "Exit codes: 0 the machine is fit, 3 it is not, and why; 2 unusable input.");
  command->callback([arguments, &outcome] { run(*arguments, outcome); });
}

}  // namespace plumbline::harness

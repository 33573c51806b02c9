#include "harness/cli/score_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "analysis/io/error.h"
#include "analysis/io/standard_output.h"
#include "analysis/io/terminal_text.h"
#include "harness/profilers/foreign_profile.h"
#include "harness/report.h"
#include "harness/results/results_writer.h"
#include "harness/runs/campaign.h"
#include "harness/runs/environment.h"
#include "harness/scoring/gate.h"
#include "workloads/spec.h"

namespace plumbline::harness {
namespace {

struct ScoreArguments {
  std::vector<std::string> ledgers, profiles, mappings;
  std::string name = "profile";
  bool json = false;
};

// A ledger and the profile of the same run.
ScoredRun score_pair(const ScoreArguments& arguments, std::size_t index,
                     const ProfileMapping& mapping) {
  const workloads::Ledger ledger = workloads::read_ledger(arguments.ledgers[index]);
  Profile profile = read_foreign_profile(arguments.profiles[index], mapping, ledger);
  RunRow row;
  row.scenario = workloads::parse_spec(ledger.spec_json, arguments.ledgers[index]).name;
  row.profiler = arguments.name;
  row.seed = ledger.seed;
  row.repeat = static_cast<std::int64_t>(index) + 1;
  row.id = fmt::format("{}/{}/{}", row.scenario, row.profiler, row.repeat);
  constexpr double kStealUnknown = 0;
  return score_run(std::move(row), ledger, std::move(profile), kStealUnknown);
}

Campaign campaign_of(const ScoreArguments& arguments) {
  ProfileMapping mapping = default_mapping();
  for (const std::string& setting : arguments.mappings) apply_mapping(setting, mapping);
  Campaign campaign;
  for (std::size_t index = 0; index < arguments.ledgers.size(); ++index) {
    ScoredRun run = score_pair(arguments, index, mapping);
    if (!campaign.runs.empty() && run.row.scenario != campaign.scenario) {
      throw io::InputError(
          fmt::format("{}: is of scenario {}, the first ledger of {}; score one "
                      "scenario at a time",
                      arguments.ledgers[index], run.row.scenario, campaign.scenario));
    }
    if (!campaign.runs.empty() &&
        claimed(run.profile.claims) != claimed(campaign.runs.front().profile.claims)) {
      throw io::InputError(
          fmt::format("{}: does not hold what the first profile does; score "
                      "profiles of one kind at a time",
                      arguments.profiles[index]));
    }
    campaign.scenario = run.row.scenario;
    campaign.profiler = run.row.profiler;
    campaign.runs.push_back(std::move(run));
  }
  return campaign;
}

void score(const ScoreArguments& arguments, Outcome& outcome) {
  if (arguments.ledgers.size() != arguments.profiles.size()) {
    throw io::InputError(
        fmt::format("{} ledgers and {} profiles: each profile needs the ledger of "
                    "its run, in the same order",
                    arguments.ledgers.size(), arguments.profiles.size()));
  }
  if (arguments.name.empty() || arguments.name == kLedger) {
    throw io::InputError("--name: expected a name, other than the ledger's");
  }
  Campaign campaign = campaign_of(arguments);
  Results so_far;
  so_far.environment = read_environment();
  ProfilerRow& profiler = so_far.profilers.emplace_back();
  profiler.profiler = arguments.name;
  const Claims& claims = campaign.runs.front().profile.claims;
  profiler.claims = claimed(claims);
  profiler.not_offered = not_offered(claims);
  std::vector<Campaign> campaigns;
  campaigns.push_back(std::move(campaign));
  const Results results = judge_campaigns(std::move(campaigns), Tolerances{}, std::move(so_far));
  if (arguments.json) {
    io::write_standard_output(results_text(results));
  } else {
    const bool coloured = io::colour_wanted(STDOUT_FILENO);
    io::write_standard_output(report_of(results, coloured) + answer_of(results, coloured));
  }
  outcome.exit_code = results.summary.exit_code;
}

}  // namespace

void add_score_command(CLI::App& app, Outcome& outcome) {
  CLI::App* command = app.add_subcommand(
      "score", "judge profiles that were made elsewhere against the ledgers of their runs");
  const auto arguments = std::make_shared<ScoreArguments>();
  command
      ->add_option("--ledger", arguments->ledgers,
                   "what the workload wrote with --ledger; repeated, a run each")
      ->required();
  command
      ->add_option("--profile", arguments->profiles,
                   "of the same run: pprof, folded stacks, perf script's text, OTLP, or "
                   "gperftools'; may be packed; as many as ledgers")
      ->required();
  command->add_option("--map", arguments->mappings,
                      "span-label=KEY or endpoint-label=KEY: the label that says whose time a "
                      "sample is; TYPE=CATEGORY: what a sample type measures; period=NS: what a "
                      "counted sample stands for; run-queue-in-waits=no");
  command->add_option("--name", arguments->name, "of the profiler, in the tables")
      ->capture_default_str();
  command->add_flag("--json", arguments->json, "print results.json instead of tables");
  command->footer(
      "Sample types are mapped by name: cpu, cpu-time, task-clock, cpu-clock, samples -> cpu;\n"
      "lock, lock-time, delay -> lock; sync; file, file-io-time -> file; socket, socket-io-time "
      "->\n"
      "socket; runqueue; other. Labels that are looked for: span id, local root span id; trace\n"
      "endpoint, endpoint. Without one the profile is judged over the whole process: CPU, and its\n"
      "shares by function. What the file does not have is not offered.\n"
      "Examples:\n"
      "  plumbline score --ledger a.plumbledger --profile a.pb.gz\n"
      "  plumbline score --ledger a.plumbledger --profile a.pb.gz --map span-label=my_span\n"
      "  plumbline score --ledger a.plumbledger --profile a.folded --map period=1000000\n"
      "Exit codes: 0 passed, 1 gate failed, 2 unusable input, 3 inconclusive (one run has no\n"
      "interval) or machine unfit, 77 nothing that is offered could be judged.");
  command->callback([arguments, &outcome] { score(*arguments, outcome); });
}

}  // namespace plumbline::harness

#include "harness/experiment.h"

#include <fmt/format.h>

#include <set>
#include <string>
#include <utility>

#include "analysis/attribution/partition.h"
#include "analysis/io/error.h"
#include "analysis/recording/reader.h"
#include "harness/campaign.h"
#include "harness/environment.h"
#include "harness/plumbline_profile.h"
#include "harness/profiled_run.h"
#include "harness/progress.h"
#include "workloads/ledger.h"

namespace plumbline::harness {
namespace {

constexpr std::string_view kProfiler = "plumbline";

class Experiment {
 public:
  Experiment(const ExperimentPlan& plan, const Installation& installation,
             const ResultDirectory& directory, const Interruption& interruption)
      : plan_(plan),
        installation_(installation),
        directory_(directory),
        interruption_(interruption),
        progress_(plan.repeats * static_cast<std::int64_t>(plan.scenarios.size())) {}

  Results run() {
    environment_ = read_environment();
    std::vector<Campaign> campaigns;
    for (const workloads::Spec& spec : plan_.scenarios) campaigns.push_back(run_scenario(spec));
    return judge_campaigns(std::move(campaigns), plan_.tolerances, std::move(environment_));
  }

 private:
  Campaign run_scenario(const workloads::Spec& spec) {
    Campaign campaign{spec.name, std::string(kProfiler), {}};
    while (campaign.valid() < plan_.repeats && !is_hopeless(campaign, plan_.repeats)) {
      const RunRow row = next_run(spec, campaign);
      progress_.run_starts(spec.name, row.repeat, plan_.repeats);
      campaign.runs.push_back(run_once(spec, row));
      progress_.run_ended(campaign.runs.back().row);
    }
    return campaign;
  }

  // The replacement of an invalid run has its seed and repeat.
  RunRow next_run(const workloads::Spec& spec, const Campaign& campaign) const {
    RunRow row;
    row.id = fmt::format("{}/{}/{}", campaign.scenario, campaign.profiler, campaign.attempts() + 1);
    row.scenario = campaign.scenario;
    row.profiler = campaign.profiler;
    row.repeat = campaign.valid() + 1;
    row.seed = plan_.seed.value_or(spec.seed) + static_cast<std::uint64_t>(campaign.valid());
    return row;
  }

  ScoredRun run_once(const workloads::Spec& spec, const RunRow& row) {
    try {
      const RunFiles files = run_under_plumbline(run_plan(spec, row), installation_, interruption_);
      const analysis::Recording recording = analysis::read_recording(files.recording);
      Profile profile = plumbline_profile(recording, analysis::partition_time(recording));
      environment_.rseq = profile.clock;
      return score_run(row, workloads::read_ledger(files.ledger), std::move(profile),
                       files.steal_pct);
    } catch (const io::InputError& error) {
      throw io::InputError(fmt::format("{}, repeat {} (seed {}): {}", row.scenario, row.repeat,
                                       row.seed, error.what()));
    }
  }

  RunPlan run_plan(const workloads::Spec& spec, const RunRow& row) const {
    return {&spec,         row.seed,      plan_.ledger_full,
            plan_.rate_hz, plan_.library, directory_.files_of_run(row.id)};
  }

  const ExperimentPlan& plan_;
  const Installation& installation_;
  const ResultDirectory& directory_;
  const Interruption& interruption_;
  Progress progress_;
  Environment environment_;
};

void check_names(const std::vector<workloads::Spec>& scenarios) {
  std::set<std::string> names;
  for (const workloads::Spec& spec : scenarios) {
    if (!names.insert(spec.name).second) {
      throw io::InputError(spec.name + ": two scenarios have this name; rename one");
    }
  }
}

}  // namespace

Results run_experiment(const ExperimentPlan& plan, const Installation& installation,
                       const ResultDirectory& directory, const Interruption& interruption) {
  check_names(plan.scenarios);
  return Experiment(plan, installation, directory, interruption).run();
}

}  // namespace plumbline::harness

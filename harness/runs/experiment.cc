#include "harness/runs/experiment.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "analysis/attribution/partition.h"
#include "analysis/io/error.h"
#include "analysis/recording/reader.h"
#include "harness/oracle/oracle_run.h"
#include "harness/profilers/plumbline_profile.h"
#include "harness/runs/campaign.h"
#include "harness/runs/environment.h"
#include "harness/runs/profiled_run.h"
#include "harness/runs/progress.h"
#include "workloads/ledger.h"

namespace plumbline::harness {
namespace {

constexpr std::string_view kProfiler = "plumbline";

// Each compares some 1,500 segments, one by one: more runs would not say more.
constexpr std::int64_t kOracleRuns = 3;

std::size_t spec_count(const ExperimentPlan& plan) {
  std::size_t count = plan.scenarios.size();
  for (const Sweep& sweep : plan.sweeps) count += sweep.points.size();
  return count;
}

class Experiment {
 public:
  Experiment(const ExperimentPlan& plan, const Installation& installation,
             const ResultDirectory& directory, const Interruption& interruption)
      : plan_(plan),
        installation_(installation),
        directory_(directory),
        interruption_(interruption),
        progress_(plan.repeats * static_cast<std::int64_t>(spec_count(plan)) +
                  oracle_runs() * static_cast<std::int64_t>(plan.scenarios.size())) {}

  Results run() {
    environment_ = read_environment();
    std::vector<Campaign> campaigns;
    for (const workloads::Spec& spec : plan_.scenarios) {
      campaigns.push_back(run_scenario(spec, plan_.most_repeats));
      ask_oracle(spec, campaigns.back());
    }
    Results results;
    for (const Sweep& sweep : plan_.sweeps) run_sweep(sweep, results);
    results.environment = std::move(environment_);
    results.provenance = plan_.provenance;
    return judge_campaigns(std::move(campaigns), plan_.tolerances, std::move(results));
  }

 private:
  void run_sweep(const Sweep& sweep, Results& results) {
    std::vector<Campaign> campaigns;
    for (const SweepPoint& point : sweep.points) {
      campaigns.push_back(run_scenario(point.spec, plan_.repeats));
      for (const ScoredRun& run : campaigns.back().runs) results.runs.push_back(run.row);
    }
    results.sweeps.push_back(score_sweep(sweep, campaigns, plan_.tolerances));
  }

  Campaign run_scenario(const workloads::Spec& spec, std::int64_t most_repeats) {
    Campaign campaign{spec.name, std::string(kProfiler), {}};
    for (const Look& look : planned_looks(plan_.repeats, most_repeats)) {
      campaign.confidence = look.confidence;
      if (look.runs > plan_.repeats) progress_.expect_more(look.runs - campaign.valid());
      run_until(look.runs, spec, campaign);
      if (is_hopeless(campaign, look.runs) || !is_undecided(campaign, plan_.tolerances)) break;
    }
    return campaign;
  }

  void run_until(std::int64_t repeats, const workloads::Spec& spec, Campaign& campaign) {
    while (campaign.valid() < repeats && !is_hopeless(campaign, repeats)) {
      const RunRow row = next_run(spec, campaign);
      progress_.run_starts(spec.name, row.repeat, repeats);
      campaign.runs.push_back(run_once(spec, row));
      progress_.run_ended(campaign.runs.back().row);
    }
  }

  std::int64_t oracle_runs() const {
    return plan_.kernel_oracle ? std::min(plan_.repeats, kOracleRuns) : 0;
  }

  // With the seeds of the first repeats. What the kernel knows of a thread cannot be compared where
  // several requests take turns on it.
  void ask_oracle(const workloads::Spec& spec, Campaign& campaign) {
    if (oracle_runs() > 0 && workloads::takes_turns(spec.executor)) {
      progress_.note(spec.name + ": not put to the kernel oracle: its requests take turns");
      return;
    }
    std::int64_t valid = 0, invalid = 0;
    while (valid < oracle_runs() && !machine_unfit(invalid, invalid + oracle_runs())) {
      RunRow row = next_run(spec, campaign);
      row.id = fmt::format("{}/oracle/{}", campaign.scenario, valid + invalid + 1);
      row.repeat = valid + 1;
      row.seed = plan_.seed.value_or(spec.seed) + static_cast<std::uint64_t>(valid);
      progress_.run_starts(spec.name + " under the kernel oracle", row.repeat, oracle_runs());
      campaign.oracle_runs.push_back(run_oracle_once(spec, row));
      row.reasons = campaign.oracle_runs.back().faults();
      row.machine = row.reasons.empty() ? MachineVerdict::kOk : MachineVerdict::kInvalid;
      ++(row.reasons.empty() ? valid : invalid);
      progress_.run_ended(row);
    }
  }

  oracle::OracleRun run_oracle_once(const workloads::Spec& spec, const RunRow& row) const {
    RunPlan plan = run_plan(spec, row);
    plan.library.clear();
    try {
      return oracle::run_under_oracle(plan, installation_, interruption_);
    } catch (const io::InputError& error) {
      throw io::InputError(fmt::format("{}, oracle run {} (seed {}): {}", row.scenario, row.repeat,
                                       row.seed, error.what()));
    }
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
  if (plan.kernel_oracle) oracle::check_available();
  return Experiment(plan, installation, directory, interruption).run();
}

}  // namespace plumbline::harness

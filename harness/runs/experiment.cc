#include "harness/runs/experiment.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "analysis/io/error.h"
#include "harness/oracle/oracle_run.h"
#include "harness/profilers/built_in.h"
#include "harness/runs/campaign.h"
#include "harness/runs/environment.h"
#include "harness/runs/profiled_run.h"
#include "harness/runs/progress.h"
#include "harness/scoring/standing.h"
#include "workloads/ledger.h"

namespace plumbline::harness {
namespace {

// Each compares some 1,500 segments, one by one: more runs would not say more.
constexpr std::int64_t kOracleRuns = 3;

std::size_t spec_count(const ExperimentPlan& plan) {
  std::size_t count = plan.scenarios.size();
  for (const Sweep& sweep : plan.sweeps) count += sweep.points.size();
  return count;
}

// A profiler in this experiment.
struct Lane {
  std::shared_ptr<const ProfilerAdapter> adapter;
  ProfilerRow* row;

  bool failed() const { return row->state == ProfilerState::kFailed; }
};

class Experiment {
 public:
  Experiment(const ExperimentPlan& plan, const Installation& installation,
             const ResultDirectory& directory, const Interruption& interruption)
      : plan_(plan),
        installation_(installation),
        directory_(directory),
        interruption_(interruption),
        bench_(plan.bench.rows.empty()
                   ? set_up_bench({std::string(kBuiltIn)}, plan.library, plan.rate_hz, interruption)
                   : plan.bench),
        progress_(plan.repeats *
                      static_cast<std::int64_t>(spec_count(plan) * bench_.present.size()) +
                  oracle_runs() * static_cast<std::int64_t>(plan.scenarios.size())) {
    for (const auto& adapter : bench_.present) {
      lanes_.push_back(
          {adapter, &*std::ranges::find(bench_.rows, adapter->name(), &ProfilerRow::profiler)});
    }
  }

  Results run() {
    environment_ = read_environment();
    const AwakeCpus awake(plan_.keep_awake, environment_.virtualized);
    environment_.cpus_kept_awake = awake.count();
    std::vector<Campaign> campaigns;
    for (const workloads::Spec& spec : plan_.scenarios) {
      std::vector<Campaign> more = run_scenario(spec, plan_.most_repeats);
      if (!more.empty()) ask_oracle(spec, more.front());
      std::ranges::move(more, std::back_inserter(campaigns));
    }
    Results results;
    for (const Sweep& sweep : plan_.sweeps) run_sweep(sweep, results);
    results.environment = std::move(environment_);
    results.profilers = std::move(bench_.rows);
    results.provenance = plan_.provenance;
    return judge_campaigns(std::move(campaigns), plan_.gate, std::move(results));
  }

 private:
  void run_sweep(const Sweep& sweep, Results& results) {
    std::map<std::string, std::vector<Campaign>> points_of;
    for (const SweepPoint& point : sweep.points) {
      for (Campaign& campaign : run_scenario(point.spec, plan_.repeats)) {
        for (const ScoredRun& run : campaign.runs) results.runs.push_back(run.row);
        points_of[campaign.profiler].push_back(std::move(campaign));
      }
    }
    for (const auto& [profiler, points] : points_of) {
      // One that failed on the way has no curve.
      if (points.size() < sweep.points.size()) continue;
      results.sweeps.push_back(score_sweep(sweep, points, plan_.gate));
    }
  }

  // A campaign for each profiler that came through.
  std::vector<Campaign> run_scenario(const workloads::Spec& spec, std::int64_t most_repeats) {
    std::vector<Campaign> campaigns;
    for (const Lane& lane : lanes_) campaigns.push_back({spec.name, lane.adapter->name(), {}});
    std::vector<bool> open(lanes_.size(), true);
    for (const Look& look : planned_looks(plan_.repeats, most_repeats)) {
      for (std::size_t i = 0; i < lanes_.size(); ++i) {
        if (!open[i]) continue;
        campaigns[i].confidence = look.confidence;
        if (look.runs > plan_.repeats) progress_.expect_more(look.runs - campaigns[i].valid());
      }
      run_until(look.runs, spec, open, campaigns);
      for (std::size_t i = 0; i < lanes_.size(); ++i) {
        open[i] = open[i] && !lanes_[i].failed() && !is_hopeless(campaigns[i], look.runs) &&
                  is_undecided(campaigns[i], plan_.gate);
      }
    }
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      if (lanes_[i].failed()) campaigns[i].runs.clear();
    }
    std::erase_if(campaigns, [](const Campaign& campaign) { return campaign.runs.empty(); });
    compare_with_bare(campaigns);
    return campaigns;
  }

  // The profilers take turns, another first in each round, so that what changes on the machine
  // meanwhile meets them alike.
  void run_until(std::int64_t repeats, const workloads::Spec& spec, const std::vector<bool>& open,
                 std::vector<Campaign>& campaigns) {
    const std::size_t count = lanes_.size();
    bool any = true;
    for (std::size_t round = 0; any; ++round) {
      any = false;
      for (std::size_t turn = 0; turn < count; ++turn) {
        const std::size_t i = (turn + round) % count;
        const bool wanted = open[i] && !lanes_[i].failed() && campaigns[i].valid() < repeats &&
                            !is_hopeless(campaigns[i], repeats);
        if (!wanted) continue;
        any = true;
        take_turn(spec, repeats, lanes_[i], campaigns[i]);
      }
    }
  }

  void take_turn(const workloads::Spec& spec, std::int64_t repeats, Lane& lane,
                 Campaign& campaign) {
    const RunRow row = next_run(spec, campaign);
    const std::string name =
        lanes_.size() > 1 ? fmt::format("{} under {}", spec.name, campaign.profiler) : spec.name;
    progress_.run_starts(name, row.repeat, repeats);
    try {
      campaign.runs.push_back(run_once(spec, row, lane));
      progress_.run_ended(campaign.runs.back().row);
    } catch (const io::InputError& error) {
      if (!others_left(lane)) throw;
      lane.row->state = ProfilerState::kFailed;
      lane.row->reason = error.what();
      progress_.note(fmt::format("{} is left out: {}", campaign.profiler, error.what()));
    }
  }

  // Whether the experiment can go on without it.
  bool others_left(const Lane& lane) const {
    return std::ranges::any_of(lanes_, [&](const Lane& other) {
      return &other != &lane && !other.failed() && other.adapter->name() != kBare;
    });
  }

  static void compare_with_bare(std::vector<Campaign>& campaigns) {
    const auto bare = std::ranges::find(campaigns, kBare, &Campaign::profiler);
    if (bare == campaigns.end()) return;
    for (Campaign& campaign : campaigns) {
      if (campaign.profiler != kBare) set_overheads(bare->runs, campaign.runs);
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
    const RunPlan plan = run_plan(spec, row, {});
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

  ScoredRun run_once(const workloads::Spec& spec, const RunRow& row, Lane& lane) {
    try {
      const std::filesystem::path output = output_of_run(row, lane);
      const Launch launch = lane.adapter->launch({output, plan_.rate_hz, &spec});
      const RunFiles files =
          run_workload(run_plan(spec, row, launch), installation_, interruption_, [] {});
      const workloads::Ledger ledger = workloads::read_ledger(files.ledger);
      Profile profile = lane.adapter->read(output, ledger, interruption_);
      if (!profile.clock.empty()) environment_.rseq = profile.clock;
      lane.row->claims = claimed(profile.claims);
      lane.row->not_offered = not_offered(profile.claims);
      return score_run(row, ledger, std::move(profile), files.steal_pct);
    } catch (const io::InputError& error) {
      throw io::InputError(fmt::format("{}, repeat {} (seed {}): {}", row.scenario, row.repeat,
                                       row.seed, error.what()));
    }
  }

  std::filesystem::path output_of_run(const RunRow& row, const Lane& lane) const {
    return directory_.files_of_run(row.id).string() + lane.adapter->extension();
  }

  RunPlan run_plan(const workloads::Spec& spec, const RunRow& row, Launch launch) const {
    return {&spec, row.seed, plan_.ledger_full, std::move(launch), directory_.files_of_run(row.id)};
  }

  const ExperimentPlan& plan_;
  const Installation& installation_;
  const ResultDirectory& directory_;
  const Interruption& interruption_;
  Bench bench_;
  std::vector<Lane> lanes_;
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

#include "harness/overhead/overhead_experiment.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "analysis/io/error.h"
#include "harness/runs/environment.h"
#include "harness/runs/profiled_run.h"
#include "harness/runs/progress.h"
#include "harness/runs/run_directory.h"
#include "harness/scoring/gate.h"
#include "harness/statistics/looks.h"
#include "workloads/random.h"

namespace plumbline::harness {
namespace {

OverheadRow missing_row(const Treatment& treatment, const std::string& scenario) {
  constexpr double kUnbounded = std::numeric_limits<double>::infinity();
  OverheadRow row;
  row.scenario = scenario;
  row.profiler = treatment.profiler;
  row.rate_hz = treatment.rate_hz;
  row.ratio = std::numeric_limits<double>::quiet_NaN();
  row.ci95 = {-kUnbounded, kUnbounded};
  row.verdict = Verdict::kSkipped;
  row.reason = treatment.missing;
  return row;
}

class OverheadExperiment {
 public:
  OverheadExperiment(const OverheadPlan& plan, const Installation& installation,
                     const Interruption& interruption)
      : plan_(plan),
        installation_(installation),
        interruption_(interruption),
        random_(plan.rules.seed),
        progress_(0) {
    for (const Treatment& treatment : plan.treatments) {
      if (!treatment.missing.empty()) continue;
      present_.push_back(&treatment);
      treated_.push_back({treatment.profiler, treatment.rate_hz, {}, {}});
    }
  }

  Results run() {
    Results results;
    results.environment = read_environment();
    const AwakeCpus awake(plan_.keep_awake, results.environment.virtualized);
    results.environment.cpus_kept_awake = awake.count();
    std::int64_t rounds = 0;
    for (const Look& look : planned_looks(plan_.rounds, plan_.most_rounds)) {
      progress_.expect_more((look.runs - rounds) * slices_of_a_round());
      for (; rounds < look.runs; ++rounds) run_round(rounds + 1, look.runs);
      results.overhead = scored(look.confidence);
      if (!is_open(results.overhead)) break;
    }
    for (const Treatment& treatment : plan_.treatments) {
      if (treatment.missing.empty()) continue;
      results.overhead.push_back(missing_row(treatment, plan_.rules.scenario));
    }
    results.summary = summarize(results, "");
    return results;
  }

 private:
  std::int64_t slices_of_a_round() const { return static_cast<std::int64_t>(present_.size()) + 1; }

  // Bare is number 0. What comes first in a round is cold, what comes after a peer is warm: chance
  // spreads both.
  void run_round(std::int64_t round, std::int64_t rounds) {
    std::vector<std::size_t> order(present_.size() + 1);
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t left = order.size(); left > 1; --left) {
      std::swap(order[left - 1], order[random_.below(left)]);
    }
    SliceCosts bare{};
    for (const std::size_t slot : order) {
      const Treatment* treatment = slot == 0 ? nullptr : present_[slot - 1];
      const SliceCosts costs = run_slice(treatment, round, rounds);
      if (treatment == nullptr) bare = costs;
      if (treatment != nullptr) treated_[slot - 1].profiled.push_back(costs);
    }
    for (TreatedRounds& rounds_of : treated_) rounds_of.bare.push_back(bare);
  }

  SliceCosts run_slice(const Treatment* treatment, std::int64_t round, std::int64_t rounds) {
    const std::string name =
        treatment == nullptr
            ? "bare"
            : fmt::format("{} at {:g} Hz", treatment->profiler, treatment->rate_hz);
    progress_.run_starts(name, round, rounds);
    const RunDirectory folder;
    RunPlan run;
    run.spec = &plan_.spec;
    run.seed = plan_.spec.seed;  // the same work, each time
    run.files = folder.path() / "slice";
    if (treatment != nullptr) run.launch = treatment->launch(run.files, plan_.spec);
    try {
      const RunFiles files = run_workload(run, installation_, interruption_, [] {});
      const SliceCosts costs = slice_costs(workloads::read_ledger(files.ledger));
      progress_.run_ended(RunRow{});
      return costs;
    } catch (const io::InputError& error) {
      throw io::InputError(fmt::format("overhead, {}, round {}: {}", name, round, error.what()));
    }
  }

  std::vector<OverheadRow> scored(double confidence) const {
    OverheadRules rules = plan_.rules;
    rules.confidence = confidence;
    std::vector<OverheadRow> rows = score_overhead(treated_, rules);
    if (!plan_.baseline) return rows;
    const std::vector<OverheadRow> changes =
        score_regression(rows, *plan_.baseline, confidence, rules.seed);
    rows.insert(rows.end(), changes.begin(), changes.end());
    return rows;
  }

  // Whether more rounds could change the answer.
  static bool is_open(const std::vector<OverheadRow>& rows) {
    const auto is = [](Verdict verdict) {
      return [verdict](const OverheadRow& row) { return row.limit && row.verdict == verdict; };
    };
    return std::ranges::none_of(rows, is(Verdict::kFail)) &&
           std::ranges::any_of(rows, is(Verdict::kInconclusive));
  }

  const OverheadPlan& plan_;
  const Installation& installation_;
  const Interruption& interruption_;
  workloads::Random random_;
  Progress progress_;
  std::vector<const Treatment*> present_;
  std::vector<TreatedRounds> treated_;
};

}  // namespace

Results run_overhead(const OverheadPlan& plan, const Installation& installation,
                     const Interruption& interruption) {
  return OverheadExperiment(plan, installation, interruption).run();
}

}  // namespace plumbline::harness

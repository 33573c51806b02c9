// Shares of CPU by function. By default they inform: one run of a few CPU seconds has far too few
// samples for a point of tolerance, and each row says how many it would take. Where a gate says
// that they gate, a row with enough samples passes or fails by its interval from sampling. One with
// too few cannot pass, but a share that no true profiler shows by so few samples fails: else the
// profiler that loses most of them would be the one that nobody blames.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "harness/scoring/scoring.h"
#include "harness/statistics/clopper_pearson.h"
#include "harness/statistics/intervals.h"

namespace plumbline::harness {
namespace {

// The 95 % half-width expected from sampling alone is to be half the tolerance at most.
double samples_needed(double share, double tolerance_points) {
  const double limit = tolerance_points / 100 / 2 / 1.96;
  return std::ceil(share * (1 - share) / (limit * limit));
}

struct FunctionSums {
  double truth_ns = 0, true_cpu_ns = 0;  // over all runs
  double attributed_ns = 0, attributed_cpu_ns = 0;
  double samples = 0;
  double wall_ns = 0, spans = 0;  // root spans, by the ledger

  double truth_share() const { return true_cpu_ns > 0 ? truth_ns / true_cpu_ns : 0; }
  double attributed_share() const {
    return attributed_cpu_ns > 0 ? attributed_ns / attributed_cpu_ns : 0;
  }
};

double entry(const std::map<std::string, std::int64_t>& cpu_ns, const std::string& function) {
  const auto found = cpu_ns.find(function);
  return found == cpu_ns.end() ? 0 : static_cast<double>(found->second);
}

FunctionSums sums_of(std::span<const ScoredRun> runs, std::size_t endpoint,
                     const std::string& function) {
  constexpr auto kCpu = static_cast<std::size_t>(format::Category::kCpu);
  FunctionSums sums;
  for (const ScoredRun& run : runs) {
    const EndpointTruth& truth = run.truth.endpoints[endpoint];
    sums.truth_ns += entry(truth.function_cpu_ns, function);
    sums.true_cpu_ns += static_cast<double>(truth.of(format::Category::kCpu).lo_ns);
    sums.wall_ns += static_cast<double>(truth.wall_ns);
    sums.spans += static_cast<double>(truth.requests);
    const auto profile = run.profile.endpoints.find(truth.name);
    if (profile == run.profile.endpoints.end()) continue;
    sums.attributed_ns += entry(profile->second.function_cpu_ns, function);
    sums.attributed_cpu_ns += static_cast<double>(profile->second.time.category[kCpu]);
    sums.samples += static_cast<double>(profile->second.samples);
  }
  return sums;
}

// Whether even the exact interval of these samples lies outside the tolerance, at a false-alarm
// rate of 1e-6. (Normal theory says too much where hardly a sample is expected.)
bool is_wrong_for_certain(const FunctionSums& sums, double tolerance) {
  constexpr double kCertainty = 1 - 1e-6;
  const auto samples = static_cast<std::int64_t>(sums.samples);
  if (samples < 1) return false;
  const double of_it = std::clamp(sums.attributed_share(), 0.0, 1.0) * sums.samples;
  const Interval possible = clopper_pearson(std::llround(of_it), samples, kCertainty);
  const double truth = sums.truth_share();
  return equivalence({possible.lo - truth, possible.hi - truth}, tolerance) ==
         Equivalence::kOutside;
}

// What fails however few samples there are. Each run by itself as well: a sampler in step with the
// work is wrong in another direction each time, so that the sum of the runs may look right.
void judge_for_certain(const Scope& scope, std::size_t endpoint, double tolerance,
                       FunctionRow& row) {
  const auto is_wrong = [&](std::span<const ScoredRun> runs) {
    return is_wrong_for_certain(sums_of(runs, endpoint, row.function), tolerance);
  };
  std::size_t wrong = 0;
  for (const ScoredRun& run : scope.runs) wrong += is_wrong({&run, 1}) ? 1 : 0;
  if (wrong == 0 && !is_wrong(scope.runs)) return;
  row.verdict = Verdict::kFail;
  row.reason +=
      fmt::format("{}too far off for chance{}", row.reason.empty() ? "" : ", yet ",
                  wrong == 0 ? "" : fmt::format(" in {} of {} runs", wrong, scope.runs.size()));
}

// No number of samples helps where they keep step with the work.
void judge(const Scope& scope, std::size_t endpoint, const FunctionRule& rule, FunctionRow& row) {
  row.gate = {rule.place, rule.gates};
  const bool in_lockstep = std::any_of(scope.runs.begin(), scope.runs.end(),
                                       [](const auto& run) { return run.profile.lockstep_risk; });
  const double needed = samples_needed(row.truth_share, rule.points);
  if (in_lockstep) {
    row.reason = "lockstep_risk: sampled on the kernel's tick";
  } else if (scope.runs.front().profile.claims.functions_by_wall) {
    row.reason = "shares of wall time, not CPU";
  } else if (row.samples == 0 || row.samples < needed) {
    row.reason = fmt::format("{:.0f} of the {:.0f} samples that +-{:g} point would take",
                             row.samples, needed, rule.points);
    if (rule.gates) judge_for_certain(scope, endpoint, rule.points / 100, row);
  } else if (!rule.gates) {
    row.reason = "by this gate, function shares inform";
  } else {
    const double error = row.attributed_share - row.truth_share;
    const double half = 1.96 * row.sampling_limit;
    const Equivalence equivalent = equivalence({error - half, error + half}, rule.points / 100);
    if (equivalent == Equivalence::kWithin) row.verdict = Verdict::kPass;
    if (equivalent == Equivalence::kOutside) row.verdict = Verdict::kFail;
    if (equivalent == Equivalence::kUndecided) row.reason = "the interval crosses the tolerance";
    judge_for_certain(scope, endpoint, rule.points / 100, row);
  }
}

FunctionRow function_row(const Scope& scope, std::size_t endpoint, const std::string& function) {
  const FunctionSums sums = sums_of(scope.runs, endpoint, function);
  FunctionRow row;
  row.scenario = scope.scenario;
  row.profiler = scope.profiler;
  row.endpoint = scope.runs.front().truth.endpoints[endpoint].name;
  row.function = function;
  row.samples = sums.samples;
  if (sums.spans > 0) row.span_wall_ns = sums.wall_ns / sums.spans;
  row.truth_share = sums.truth_share();
  row.attributed_share = sums.attributed_share();
  row.sampling_limit = sampling_limit(row.truth_share, row.samples);
  if (!scope.runs.front().profile.claims.functions) {
    row.verdict = Verdict::kNotOffered;
    row.reason = "the profiler does not claim to measure it";
    return row;
  }
  const FunctionRule& rule =
      rule_for(scope.gate.functions, row.scenario, row.endpoint, row.function);
  judge(scope, endpoint, rule, row);
  return row;
}

}  // namespace

std::vector<FunctionRow> score_functions(const Scope& scope) {
  std::vector<FunctionRow> rows;
  const Truth& truth = scope.runs.front().truth;
  const bool by_endpoint = scope.runs.front().profile.claims.endpoints;
  for (std::size_t endpoint = 0; endpoint < truth.endpoints.size(); ++endpoint) {
    if (!by_endpoint && truth.endpoints[endpoint].name != kWholeProcess) continue;
    for (const auto& [function, cpu_ns] : truth.endpoints[endpoint].function_cpu_ns) {
      rows.push_back(function_row(scope, endpoint, function));
    }
  }
  return rows;
}

}  // namespace plumbline::harness

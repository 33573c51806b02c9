#include "harness/overhead/regression.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "analysis/io/error.h"
#include "harness/overhead/overhead_scoring.h"
#include "harness/overhead/treatment.h"
#include "harness/statistics/bootstrap.h"
#include "harness/statistics/detectable_effect.h"

namespace plumbline::harness {
namespace {

bool is_comparable(const OverheadRow& row) {
  return row.measure == "cpu" && row.profiler != kBareAgain && row.per_round.size() > 1;
}

std::vector<double> ratios_of(const OverheadRow& row) {
  std::vector<double> ratios;
  for (const OverheadRound& round : row.per_round) {
    if (round.bare > 0) ratios.push_back(round.profiled / round.bare);
  }
  return ratios;
}

OverheadRow change(const OverheadRow& then, const OverheadRow& now, const Baseline& baseline,
                   double confidence, std::uint64_t seed) {
  const std::vector<double> before = ratios_of(then), after = ratios_of(now);
  OverheadRow row;
  row.scenario = now.scenario;
  row.profiler = now.profiler;
  row.rate_hz = now.rate_hz;
  row.measure = kChangeMeasure;
  row.unit = "ratio";
  row.bare = median(before);
  row.profiled = median(after);
  const RatioEstimate estimate =
      ratio_of_medians(after, before, {.confidence = confidence, .seed = seed});
  row.ratio = estimate.ratio;
  row.ci95 = estimate.interval;
  row.detectable = detectable_effect(estimate.standard_error, confidence);
  row.limit = baseline.max_ratio;
  row.verdict = verdict_within(row.ci95, baseline.max_ratio);
  if (row.verdict == Verdict::kInconclusive) {
    row.reason = fmt::format("the interval crosses {:+.2f} %: more rounds, here or in the baseline",
                             100 * (baseline.max_ratio - 1));
  }
  return row;
}

}  // namespace

Baseline baseline_of(const Results& earlier, const Environment& here, double max_ratio) {
  const Environment& there = earlier.environment;
  if (there.cpu_model != here.cpu_model || there.cpus != here.cpus) {
    throw io::InputError(fmt::format(
        "--baseline: measured on another machine ({} x {}, here {} x {}); measure one here",
        there.cpus, there.cpu_model, here.cpus, here.cpu_model));
  }
  if (std::ranges::none_of(earlier.overhead, is_comparable)) {
    throw io::InputError(
        "--baseline: has no overhead of fixed CPU work; use a result of plumbline overhead");
  }
  return {earlier.overhead, max_ratio};
}

std::vector<OverheadRow> score_regression(const std::vector<OverheadRow>& rows,
                                          const Baseline& baseline, double confidence,
                                          std::uint64_t seed) {
  std::vector<OverheadRow> changes;
  for (const OverheadRow& now : rows) {
    if (!is_comparable(now)) continue;
    for (const OverheadRow& then : baseline.rows) {
      const bool same = is_comparable(then) && then.scenario == now.scenario &&
                        then.profiler == now.profiler && then.rate_hz == now.rate_hz;
      if (same) changes.push_back(change(then, now, baseline, confidence, seed));
    }
  }
  return changes;
}

}  // namespace plumbline::harness

// Pass when the whole interval is within the limit, fail when the whole of it is beyond, else more
// rounds: "no significant overhead" is not a pass.
#include "harness/overhead/overhead_scoring.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "harness/statistics/bootstrap.h"
#include "harness/statistics/detectable_effect.h"

namespace plumbline::harness {
namespace {

constexpr double kUnbounded = std::numeric_limits<double>::infinity();

std::vector<double> column(const std::vector<SliceCosts>& slices, std::size_t measure) {
  std::vector<double> values;
  for (const SliceCosts& slice : slices) values.push_back(slice[measure]);
  return values;
}

bool all_above_zero(const std::vector<double>& values) {
  return !values.empty() && std::ranges::all_of(values, [](double value) { return value > 0; });
}

void judge(std::optional<double> limit, OverheadRow& row) {
  if (!limit) {
    row.verdict = Verdict::kVacuous;
    row.reason = "no limit: it informs";
    return;
  }
  row.limit = limit;
  row.verdict = verdict_within(row.ci95, *limit);
  if (row.verdict == Verdict::kInconclusive) {
    row.reason =
        fmt::format("the interval crosses the limit of {:+.2f} %: more rounds", 100 * (*limit - 1));
  }
}

OverheadRow row_of(const TreatedRounds& rounds, std::size_t measure, const OverheadRules& rules) {
  OverheadRow row;
  row.scenario = rules.scenario;
  row.profiler = rounds.profiler;
  row.rate_hz = rounds.rate_hz;
  row.measure = kMeasureNames[measure];
  const std::vector<double> bare = column(rounds.bare, measure);
  const std::vector<double> profiled = column(rounds.profiled, measure);
  row.bare = median(bare);
  row.profiled = median(profiled);
  for (std::size_t i = 0; i < bare.size(); ++i) row.per_round.push_back({bare[i], profiled[i]});
  if (!all_above_zero(bare)) {
    row.ratio = std::numeric_limits<double>::quiet_NaN();
    row.ci95 = {-kUnbounded, kUnbounded};
    row.verdict = Verdict::kSkipped;
    row.reason = "some bare round has none of it";
    return row;
  }
  const RatioEstimate estimate =
      paired_ratio(profiled, bare, {.confidence = rules.confidence, .seed = rules.seed});
  row.ratio = estimate.ratio;
  row.ci95 = estimate.interval;
  row.detectable = detectable_effect(estimate.standard_error, rules.confidence);
  const bool gates = rounds.profiler == "plumbline" && kMeasureNames[measure] == "cpu";
  judge(gates ? rules.max_ratio : std::nullopt, row);
  return row;
}

}  // namespace

Verdict verdict_within(const Interval& interval, double max_ratio) {
  if (interval.hi <= max_ratio) return Verdict::kPass;
  return interval.lo > max_ratio ? Verdict::kFail : Verdict::kInconclusive;
}

std::vector<OverheadRow> score_overhead(const std::vector<TreatedRounds>& treated,
                                        const OverheadRules& rules) {
  std::vector<OverheadRow> rows;
  for (const TreatedRounds& rounds : treated) {
    for (std::size_t measure = 0; measure < kMeasureCount; ++measure) {
      rows.push_back(row_of(rounds, measure, rules));
    }
  }
  return rows;
}

}  // namespace plumbline::harness

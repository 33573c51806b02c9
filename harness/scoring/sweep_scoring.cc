// One point is scored as a scenario of its own is; of its rows the sweep shows the one that it is
// about. A vacuous cell counts by its error: at 10 us a tolerance of 30 us a wait proves nothing,
// and the curve is there to show how large the error is then.
#include <algorithm>
#include <cmath>
#include <ranges>

#include "harness/scoring/scoring.h"
#include "harness/sweep.h"

namespace plumbline::harness {
namespace {

struct ScoredPoint {
  SweepPointRow row;
  bool broken = false;
};

// Beyond what a perfect sampler shows in one of a thousand rows (normal, two sides).
constexpr double kSamplingDeviations = 3.29;

ScoredPoint cell_point(const std::vector<CellRow>& rows, const Sweep& sweep) {
  const std::string_view category = format::kCategoryIds[static_cast<std::size_t>(*sweep.category)];
  const auto found = std::ranges::find_if(rows, [&](const CellRow& row) {
    return row.endpoint == sweep.endpoint && row.category == category;
  });
  if (found == rows.end() || found->verdict == Verdict::kSkipped ||
      found->verdict == Verdict::kNotOffered) {
    return {};
  }
  return {{0, found->error_pct, found->ci95_pct}, found->verdict == Verdict::kFail};
}

ScoredPoint function_point(const std::vector<FunctionRow>& rows, const Sweep& sweep,
                           const Gate& gate) {
  ScoredPoint point;
  for (const FunctionRow& row : rows) {
    const bool asked = row.endpoint == sweep.endpoint || row.endpoint == kWholeProcess;
    if (!asked || row.samples == 0 || row.verdict == Verdict::kNotOffered) continue;
    const double points = 100 * (row.attributed_share - row.truth_share);
    if (!point.row.error_pct || std::abs(points) > std::abs(*point.row.error_pct)) {
      point.row.error_pct = points;
    }
    const double allowed =
        rule_for(gate.functions, row.scenario, row.endpoint, row.function).points +
        kSamplingDeviations * 100 * row.sampling_limit;
    point.broken = point.broken || std::abs(points) > allowed;
  }
  return point;
}

ScoredPoint score_point(const Sweep& sweep, const Campaign& campaign, const Gate& gate) {
  std::vector<ScoredRun> valid;
  std::ranges::copy_if(campaign.runs, std::back_inserter(valid), [](const ScoredRun& run) {
    return run.row.machine != MachineVerdict::kInvalid;
  });
  if (valid.empty()) return {};
  const Scope scope{campaign.scenario, campaign.profiler, valid, gate, ""};
  return sweep.category ? cell_point(score_cells(scope), sweep)
                        : function_point(score_functions(scope), sweep, gate);
}

}  // namespace

SweepRow score_sweep(const Sweep& sweep, std::span<const Campaign> campaigns, const Gate& gate) {
  SweepRow row;
  row.scenario = sweep.name;
  row.parameter = sweep.parameter;
  for (std::size_t i = 0; i < sweep.points.size(); ++i) {
    row.profiler = campaigns[i].profiler;
    ScoredPoint point = score_point(sweep, campaigns[i], gate);
    point.row.value = sweep.points[i].value;
    if (point.broken && !row.breaking_point) row.breaking_point = point.row.value;
    row.points.push_back(point.row);
  }
  return row;
}

}  // namespace plumbline::harness

// What must hold whatever the profiler says about categories: time is neither lost nor booked
// twice. The ledger has to pass as well, or the truth would be at fault.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/scoring/scoring.h"
#include "harness/statistics/intervals.h"

namespace plumbline::harness {
namespace {

void note(ConservationRow& row, bool broken, const std::string& reason) {
  if (!broken) return;
  row.verdict = Verdict::kFail;
  row.reason += (row.reason.empty() ? "" : "; ") + reason;
}

// Uncategorized time in the endpoints' spans beyond what was injected and what the host took, of
// their wall.
double other_pct(const Scope& scope) {
  double other_ns = 0;
  double wall_ns = 0;
  for (const ScoredRun& run : scope.runs) {
    for (const EndpointTruth& endpoint : run.truth.endpoints) {
      const auto found = run.profile.endpoints.find(endpoint.name);
      if (found == run.profile.endpoints.end()) continue;
      const auto other = static_cast<std::size_t>(format::Category::kOther);
      other_ns += static_cast<double>(std::max<std::int64_t>(
          0, found->second.time.category[other] - endpoint.of(format::Category::kOther).hi_ns -
                 endpoint.unaccounted_ns()));
      wall_ns += static_cast<double>(endpoint.wall_ns);
    }
  }
  return wall_ns > 0 ? 100 * other_ns / wall_ns : 0;
}

// Time that the host took is in no category of the ledger either, as in the cells.
std::int64_t unaccounted_ns(const ScoredRun& run) {
  std::int64_t sum_ns = 0;
  for (const EndpointTruth& endpoint : run.truth.endpoints) sum_ns += endpoint.unaccounted_ns();
  return sum_ns;
}

analysis::Conservation conservation_of_all(const Scope& scope) {
  analysis::Conservation total;
  for (const ScoredRun& run : scope.runs) {
    if (!run.profile.conservation) continue;
    const analysis::Conservation& one = *run.profile.conservation;
    total.thread_life_ns += one.thread_life_ns;
    total.tiling_error_ns += one.tiling_error_ns;
    total.double_booked_ns += one.double_booked_ns;
    total.backwards_ns += one.backwards_ns;
    total.residual_abs_ns += std::max<std::int64_t>(0, one.residual_abs_ns - unaccounted_ns(run));
    total.waits += one.waits;
  }
  return total;
}

void set_residual_tolerance(const ConservationRule& rule, double life_ns, double waits,
                            ConservationRow& row) {
  const double scale = 100 / life_ns;
  const double default_ns = residual_tolerance_ns(Tolerances{}, life_ns, waits);
  const double gate_ns = limit_ns(rule.residual, kResidual, {.wall_ns = life_ns, .waits = waits});
  row.residual_tolerance_pct = scale * gate_ns;
  if (!rule.place.empty() && gate_ns != default_ns) {
    row.default_residual_tolerance_pct = scale * default_ns;
  }
}

ConservationRow profiler_row(const Scope& scope) {
  ConservationRow row;
  row.scenario = scope.scenario;
  row.profiler = scope.profiler;
  if (!scope.runs.front().profile.conservation) {
    row.verdict = Verdict::kNotOffered;
    row.reason = "the profiler does not account for wall time";
    return row;
  }
  const analysis::Conservation total = conservation_of_all(scope);
  const double life_ns = static_cast<double>(total.thread_life_ns);
  const ConservationRule& rule = rule_for(scope.gate.conservation, scope.scenario);
  row.gate = {rule.place, rule.gates};
  row.verdict = Verdict::kPass;
  row.tiling_error_ns = total.tiling_error_ns;
  row.double_booked_ns = total.double_booked_ns;
  row.other_pct = other_pct(scope);
  row.other_tolerance_pct = rule.other_wall_percent;
  if (life_ns > 0) {
    row.residual_pct = 100 * static_cast<double>(total.residual_abs_ns) / life_ns;
    set_residual_tolerance(rule, life_ns, static_cast<double>(total.waits), row);
  }
  note(row, total.thread_life_ns <= 0, "no thread was recorded");
  note(row, row.tiling_error_ns != 0, "the parts do not fill the threads' life");
  note(row, row.double_booked_ns != 0, "waits overlap");
  note(row, total.backwards_ns != 0, "edges run backwards");
  note(row, row.residual_pct > row.residual_tolerance_pct, "the residual is too large");
  note(row, row.other_pct > row.other_tolerance_pct, "too much time is uncategorized");
  return row;
}

// Its residual is the closure that the judge of the machine has judged already: printed only.
ConservationRow ledger_row(const Scope& scope) {
  ConservationRow row;
  row.scenario = scope.scenario;
  row.profiler = kLedger;
  row.verdict = Verdict::kPass;
  std::vector<double> closures;
  for (const ScoredRun& run : scope.runs) {
    row.tiling_error_ns += run.ledger_tiling.tiling_error_ns;
    row.double_booked_ns += run.ledger_tiling.overlap_ns;
    closures.push_back(std::abs(run.closure_pct));
  }
  row.residual_pct = mean(closures);
  note(row, row.tiling_error_ns != 0, "records lie outside their span or thread");
  note(row, row.double_booked_ns != 0, "time is booked twice");
  return row;
}

}  // namespace

std::vector<ConservationRow> score_conservation(const Scope& scope) {
  return {profiler_row(scope), ledger_row(scope)};
}

}  // namespace plumbline::harness

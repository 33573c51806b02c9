#include "harness/scoring/tolerances.h"

#include <algorithm>

namespace plumbline::harness {
namespace {

double percent_of(double percent, double whole) { return percent / 100 * whole; }

double us(double count) { return count * 1e3; }

}  // namespace

Limit category_limit(const Tolerances& tolerances, format::Category category, bool zero_truth) {
  if (category == format::Category::kOther) return {.wall_percent = tolerances.other_wall_pct};
  if (zero_truth) {
    return {.ms = tolerances.zero_truth_ms, .wall_percent = tolerances.zero_truth_wall_pct};
  }
  if (category == format::Category::kCpu) {
    return {.percent = tolerances.cpu_pct, .us_per_event = tolerances.cpu_us_per_edge};
  }
  if (category == format::Category::kRunQueue) {
    return {.percent = tolerances.run_queue_pct,
            .us_per_event = tolerances.run_queue_us_per_switch};
  }
  return {.percent = tolerances.wait_pct, .us_per_event = tolerances.wait_us_per_wait};
}

Limit residual_limit(const Tolerances& tolerances) {
  return {.us_per_event = tolerances.residual_us_per_wait,
          .wall_percent = tolerances.residual_wall_pct};
}

double limit_ns(const Limit& limit, std::string_view category_id, const CellSize& size) {
  const auto cpu = format::kCategoryIds[static_cast<std::size_t>(format::Category::kCpu)];
  return std::max({percent_of(limit.percent, size.truth_ns),
                   us(limit.us_per_event) * (category_id == cpu ? size.edges : size.waits),
                   limit.ms * 1e6, percent_of(limit.wall_percent, size.wall_ns)});
}

double category_tolerance_ns(const Tolerances& tolerances, format::Category category,
                             const CellSize& size) {
  return limit_ns(category_limit(tolerances, category, size.truth_ns <= 0),
                  format::kCategoryIds[static_cast<std::size_t>(category)], size);
}

double residual_tolerance_ns(const Tolerances& tolerances, double wall_ns, double waits) {
  return limit_ns(residual_limit(tolerances), "residual", {.wall_ns = wall_ns, .waits = waits});
}

bool is_vacuous(const Tolerances& tolerances, double truth_ns, double tolerance_ns) {
  return truth_ns > 0 && tolerance_ns > percent_of(tolerances.vacuous_pct, truth_ns);
}

}  // namespace plumbline::harness

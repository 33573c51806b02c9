#include "harness/scoring/tolerances.h"

#include <algorithm>

namespace plumbline::harness {
namespace {

double percent_of(double percent, double whole) { return percent / 100 * whole; }

double us(double count) { return count * 1e3; }

double zero_truth_tolerance_ns(const Tolerances& tolerances, const CellSize& size) {
  return std::max(tolerances.zero_truth_ms * 1e6,
                  percent_of(tolerances.zero_truth_wall_pct, size.wall_ns));
}

}  // namespace

double category_tolerance_ns(const Tolerances& tolerances, format::Category category,
                             const CellSize& size) {
  if (category == format::Category::kOther) {
    return percent_of(tolerances.other_wall_pct, size.wall_ns);
  }
  if (size.truth_ns <= 0) return zero_truth_tolerance_ns(tolerances, size);
  if (category == format::Category::kCpu) {
    return std::max(percent_of(tolerances.cpu_pct, size.truth_ns),
                    us(tolerances.cpu_us_per_edge) * size.edges);
  }
  if (category == format::Category::kRunQueue) {
    return std::max(percent_of(tolerances.run_queue_pct, size.truth_ns),
                    us(tolerances.run_queue_us_per_switch) * size.waits);
  }
  return std::max(percent_of(tolerances.wait_pct, size.truth_ns),
                  us(tolerances.wait_us_per_wait) * size.waits);
}

double residual_tolerance_ns(const Tolerances& tolerances, double wall_ns, double waits) {
  return std::max(percent_of(tolerances.residual_wall_pct, wall_ns),
                  us(tolerances.residual_us_per_wait) * waits);
}

bool is_vacuous(const Tolerances& tolerances, double truth_ns, double tolerance_ns) {
  return truth_ns > 0 && tolerance_ns > percent_of(tolerances.vacuous_pct, truth_ns);
}

}  // namespace plumbline::harness

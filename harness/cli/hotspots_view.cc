#include "harness/cli/hotspots_view.h"

#include "analysis/attribution/sampled_interval.h"

namespace plumbline::harness {

using analysis::TimeSum;

std::string_view column_id(std::size_t column) {
  return column == analysis::kResidualColumn ? "residual" : format::kCategoryIds[column];
}

std::int64_t HotspotsView::value(const TimeSum& time_sum) const {
  return column < analysis::kTimeColumns ? time_sum.ns[column] : time_sum.wall_ns();
}

std::int64_t HotspotsView::whole_value() const {
  TimeSum all;
  all.ns = analysis::columns_of(time.all());
  return value(all);
}

bool HotspotsView::sums_agree() const {
  TimeSum sum;
  for (const analysis::Method& method : methods) sum += method.self;
  return sum.ns == analysis::columns_of(time.all());
}

std::optional<std::pair<std::int64_t, std::int64_t>> HotspotsView::cpu_interval_ns(
    const TimeSum& time_sum) const {
  if (lockstep_risk || time_sum.samples == 0) return std::nullopt;
  auto interval = analysis::sampled_interval_ns(time_sum.sampled_ns, time.sampling);
  if (!interval) return std::nullopt;
  const std::int64_t exact_ns =
      time_sum.ns[analysis::index_of(format::Category::kCpu)] - time_sum.sampled_ns;
  return std::pair{interval->first + exact_ns, interval->second + exact_ns};
}

}  // namespace plumbline::harness

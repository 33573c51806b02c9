#include "analysis/attribution/sampled_interval.h"

#include <algorithm>
#include <cmath>

namespace plumbline::analysis {

std::optional<std::pair<std::int64_t, std::int64_t>> sampled_interval_ns(
    std::int64_t sampled_ns, const SamplingBasis& basis) {
  if (basis.samples == 0 || basis.sampled_ns <= 0 || basis.distributed_ns <= 0) return std::nullopt;
  constexpr double kQuantile = 1.959964;
  const auto whole = static_cast<double>(basis.distributed_ns);
  const double trials =
      static_cast<double>(basis.samples) * whole / static_cast<double>(basis.sampled_ns);
  const double share = std::clamp(static_cast<double>(sampled_ns) / whole, 0.0, 1.0);
  const double z2 = kQuantile * kQuantile / trials;
  const double middle = (share + z2 / 2) / (1 + z2);
  const double half = std::sqrt(share * (1 - share) * z2 + z2 * z2 / 4) / (1 + z2);
  const auto low = static_cast<std::int64_t>(std::max(0.0, middle - half) * whole);
  const auto high = static_cast<std::int64_t>(std::ceil(std::min(1.0, middle + half) * whole));
  return std::pair{std::min(low, sampled_ns), std::max(high, sampled_ns)};
}

}  // namespace plumbline::analysis

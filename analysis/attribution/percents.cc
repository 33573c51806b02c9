#include "analysis/attribution/percents.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace plumbline::analysis {

namespace {

__extension__ using Wide = __int128;

}  // namespace

std::vector<std::int64_t> tenths_of_percent(const std::vector<std::int64_t>& values) {
  constexpr std::int64_t kWhole = 1000;
  std::vector<std::int64_t> tenths(values.size(), 0);
  const std::int64_t sum = std::accumulate(values.begin(), values.end(), std::int64_t{0});
  if (sum <= 0) return tenths;
  std::vector<std::int64_t> remainders(values.size());
  std::int64_t left = kWhole;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Wide product = Wide{values[i]} * kWhole;
    Wide quotient = product / sum;
    if (product % sum < 0) --quotient;  // rounded down, negative values too
    tenths[i] = static_cast<std::int64_t>(quotient);
    remainders[i] = static_cast<std::int64_t>(product - quotient * sum);
    left -= tenths[i];
  }
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
  for (std::size_t i = 0; left > 0; ++i, --left) ++tenths[order[i]];
  return tenths;
}

}  // namespace plumbline::analysis

#include "analysis/attribution/apportion.h"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace plumbline::analysis {

namespace {

// A weight times a total, both up to an hour in nanoseconds and more, does not fit into 64 bits.
__extension__ using Wide = __int128;

}  // namespace

std::vector<std::int64_t> apportion(const std::vector<std::int64_t>& weights, std::int64_t total) {
  std::vector<std::int64_t> parts(weights.size(), 0);
  const std::int64_t sum = std::accumulate(weights.begin(), weights.end(), std::int64_t{0});
  assert(total >= 0);
  if (sum == 0) return parts;
  std::vector<std::int64_t> remainders(weights.size());
  std::int64_t left = total;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    assert(weights[i] >= 0);
    const Wide product = Wide{weights[i]} * total;
    parts[i] = static_cast<std::int64_t>(product / sum);
    remainders[i] = static_cast<std::int64_t>(product % sum);
    left -= parts[i];
  }
  std::vector<std::size_t> order(weights.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto behind = order.begin() + left;  // fewer than one unit for each part is left
  const auto earlier = [&](std::size_t a, std::size_t b) {
    return remainders[a] != remainders[b] ? remainders[a] > remainders[b] : a < b;
  };
  if (behind != order.end()) std::nth_element(order.begin(), behind, order.end(), earlier);
  std::for_each(order.begin(), behind, [&](std::size_t i) { ++parts[i]; });
  return parts;
}

}  // namespace plumbline::analysis

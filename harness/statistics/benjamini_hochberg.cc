// Source of the method: Benjamini and Hochberg, "Controlling the false discovery rate: a practical
// and powerful approach to multiple testing", J. Royal Statistical Society B 57 (1995); adjusted
// values: Yekutieli and Benjamini, J. Statistical Planning and Inference 82 (1999), definition 2.4.
#include "harness/statistics/benjamini_hochberg.h"

#include <algorithm>
#include <numeric>

namespace plumbline::harness {
namespace {

double probability(double value) { return value >= 0 && value <= 1 ? value : 1; }

}  // namespace

std::vector<double> false_discovery_adjusted(std::span<const double> p_values) {
  const std::size_t count = p_values.size();
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return probability(p_values[a]) < probability(p_values[b]);
  });
  std::vector<double> adjusted(count);
  double smallest = 1;
  for (std::size_t rank = count; rank > 0; --rank) {
    const std::size_t cell = order[rank - 1];
    const double scale = static_cast<double>(count) / static_cast<double>(rank);
    smallest = std::min(smallest, probability(p_values[cell]) * scale);
    adjusted[cell] = smallest;
  }
  return adjusted;
}

}  // namespace plumbline::harness

// Sources: Mann and Whitney, "On a test of whether one of two random variables is stochastically
// larger than the other", Annals of Mathematical Statistics 18 (1947); ties: Lehmann,
// "Nonparametrics" (1975), section 1.4.
#include "harness/statistics/mann_whitney.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace plumbline::harness {
namespace {

// Probability that a standard normal value is above `z`.
double normal_above(double z) { return std::erfc(z / std::sqrt(2.0)) / 2; }

struct Ranks {
  double sum_of_b = 0;
  double ties = 0;  // sum over groups of equal values of t^3 - t
};

// Ranks from 1; equal values share their mean rank.
Ranks ranked(std::span<const double> a, std::span<const double> b) {
  std::vector<std::pair<double, bool>> values;
  values.reserve(a.size() + b.size());
  for (const double value : a) values.emplace_back(value, false);
  for (const double value : b) values.emplace_back(value, true);
  std::sort(values.begin(), values.end());
  Ranks ranks;
  for (std::size_t from = 0; from < values.size();) {
    std::size_t to = from, of_b = 0;
    while (to < values.size() && values[to].first == values[from].first) {
      of_b += values[to++].second ? 1 : 0;
    }
    const auto size = static_cast<double>(to - from);
    ranks.sum_of_b += static_cast<double>(of_b) * (static_cast<double>(from + to + 1) / 2);
    ranks.ties += size * size * size - size;
    from = to;
  }
  return ranks;
}

}  // namespace

RankTest mann_whitney(std::span<const double> a, std::span<const double> b) {
  if (a.empty() || b.empty()) return {};
  const auto size_a = static_cast<double>(a.size()), size_b = static_cast<double>(b.size());
  const double all = size_a + size_b, pairs = size_a * size_b;
  const Ranks ranks = ranked(a, b);
  const double above = ranks.sum_of_b - size_b * (size_b + 1) / 2;  // U of b
  const double variance = pairs / 12 * (all + 1 - ranks.ties / (all * (all - 1)));
  RankTest test;
  test.superiority = above / pairs;
  if (variance <= 0) return test;
  const double deviation = std::sqrt(variance);
  test.p_more = std::min(1.0, normal_above((above - pairs / 2 - 0.5) / deviation));
  test.p_less = std::min(1.0, normal_above((pairs / 2 - above - 0.5) / deviation));
  return test;
}

}  // namespace plumbline::harness

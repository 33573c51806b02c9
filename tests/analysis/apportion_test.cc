#include "analysis/attribution/apportion.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <numeric>
#include <random>

namespace plumbline::analysis {
namespace {

using Parts = std::vector<std::int64_t>;

TEST(Apportion, GivesTheUnitsLeftToTheLargestRemainders) {
  EXPECT_EQ(apportion({1, 1, 1}, 10), (Parts{4, 3, 3}));
  EXPECT_EQ(apportion({50, 30, 20}, 7), (Parts{4, 2, 1}));  // 3.5, 2.1, 1.4
  EXPECT_EQ(apportion({0, 5}, 3), (Parts{0, 3}));
}

TEST(Apportion, NothingToGoByIsNothing) {
  EXPECT_EQ(apportion({0, 0}, 9), (Parts{0, 0}));
  EXPECT_TRUE(apportion({}, 9).empty());
}

TEST(Apportion, TakesFiguresWhoseProductPasses64Bits) {
  const std::int64_t day_ns = 86'400'000'000'000;
  EXPECT_EQ(apportion({day_ns, 3 * day_ns}, 8 * day_ns), (Parts{2 * day_ns, 6 * day_ns}));
}

TEST(Apportion, PartsAddUpAndAreOffByLessThanOne) {
  constexpr std::uint64_t kSeed = 7;
  std::printf("seed %llu\n", static_cast<unsigned long long>(kSeed));
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 500; ++round) {
    Parts weights(1 + random() % 20);
    for (std::int64_t& weight : weights) weight = static_cast<std::int64_t>(random() % 1000);
    weights.front() += 1;
    const auto total = static_cast<std::int64_t>(random() % 1'000'000);
    const Parts parts = apportion(weights, total);
    EXPECT_EQ(std::accumulate(parts.begin(), parts.end(), std::int64_t{0}), total);
    const auto sum = static_cast<double>(std::accumulate(weights.begin(), weights.end(), 0LL));
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const double exact = static_cast<double>(weights[i]) * static_cast<double>(total) / sum;
      EXPECT_LT(std::abs(static_cast<double>(parts[i]) - exact), 1.0);
    }
  }
}

}  // namespace
}  // namespace plumbline::analysis

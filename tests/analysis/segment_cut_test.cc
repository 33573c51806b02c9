// Segments cut at the edges of windows, and percents that add up: laws over random parts.
#include "analysis/attribution/segment_cut.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include "analysis/attribution/percents.h"

namespace plumbline::analysis {
namespace {

using Parts = std::array<std::int64_t, 5>;

std::int64_t sum_of(const Parts& parts) {
  return std::accumulate(parts.begin(), parts.end(), std::int64_t{0});
}

Parts before(Parts parts, std::int64_t cut) {
  const std::int64_t length = sum_of(parts);
  keep_first(parts, length, cut);
  return parts;
}

TEST(SegmentCut, PartsAreSpreadEvenly) {
  EXPECT_EQ(before({600, 300, 100, 0, 0}, 500), (Parts{300, 150, 50, 0, 0}));
  EXPECT_EQ(before({600, 300, 100, 0, 0}, 0), (Parts{0, 0, 0, 0, 0}));
  EXPECT_EQ(before({1100, -100, 0, 0, 0}, 500), (Parts{550, -50, 0, 0, 0}));
}

// Seed 7, 20,000 segments, three cuts each; no statistics: each law holds in every one.
TEST(SegmentCut, PiecesAddUpAndNeverShrink) {
  std::mt19937_64 engine(7);
  const auto below = [&](std::int64_t limit) {
    return std::uniform_int_distribution<std::int64_t>(0, limit - 1)(engine);
  };
  for (int round = 0; round < 20'000; ++round) {
    Parts parts{};
    for (std::int64_t& part : parts)
      part = below(3) == 0 ? 0 : below(below(2) == 0 ? 9 : 1'000'000);
    if (below(2) == 0) parts[static_cast<std::size_t>(below(5))] = -below(50);
    const std::int64_t length = sum_of(parts);
    if (length <= 0) continue;
    const std::int64_t first = below(length + 1);
    const std::int64_t second = first + below(length - first + 1);
    const Parts at_first = before(parts, first), at_second = before(parts, second);
    ASSERT_EQ(sum_of(at_first), first);
    ASSERT_EQ(sum_of(at_second), second);
    ASSERT_EQ(before(parts, length), parts);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const double fair =
          static_cast<double>(parts[i]) * static_cast<double>(first) / static_cast<double>(length);
      ASSERT_NEAR(static_cast<double>(at_first[i]), fair, 5.0);
      if (parts[i] >= 0) {
        ASSERT_GE(at_second[i], at_first[i]);
      } else {
        ASSERT_LE(at_second[i], at_first[i]);
      }
    }
  }
}

TEST(Percents, AddUpTo1000Tenths) {
  EXPECT_EQ(tenths_of_percent({1, 1, 1}), (std::vector<std::int64_t>{334, 333, 333}));
  EXPECT_EQ(tenths_of_percent({0, 0}), (std::vector<std::int64_t>{0, 0}));
  EXPECT_EQ(tenths_of_percent({1000, -10, 10}), (std::vector<std::int64_t>{1000, -10, 10}));
  std::mt19937_64 engine(8);
  for (int round = 0; round < 5'000; ++round) {
    std::vector<std::int64_t> values(8);
    for (std::int64_t& value : values) value = static_cast<std::int64_t>(engine() % 10'000);
    values[7] = -static_cast<std::int64_t>(engine() % 100);
    values[0] += 200;
    const auto tenths = tenths_of_percent(values);
    ASSERT_EQ(std::accumulate(tenths.begin(), tenths.end(), std::int64_t{0}), 1000);
  }
}

}  // namespace
}  // namespace plumbline::analysis

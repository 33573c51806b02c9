// E-divisive against known series, its formula written out once more, and by simulation.
#include "harness/statistics/e_divisive.h"

#include <gtest/gtest.h>

#include <cmath>
#include <iostream>
#include <random>
#include <vector>

namespace plumbline::harness {
namespace {

constexpr std::uint64_t kSeed = 20261123;

// Annual flow of the Nile at Aswan, 1871-1970 (Cobb, Biometrika 65, 1978): it fell in 1899.
const std::vector<double> kNile = {
    1120, 1160, 963, 1210, 1160, 1160, 813,  1230, 1370, 1140, 995,  935,  1110, 994,  1020,
    960,  1180, 799, 958,  1140, 1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774,  840,
    874,  694,  940, 833,  701,  916,  692,  1020, 1050, 969,  831,  726,  456,  824,  702,
    1120, 1100, 832, 764,  821,  768,  845,  864,  862,  698,  845,  744,  796,  1040, 759,
    781,  865,  845, 944,  984,  897,  822,  1010, 771,  676,  649,  846,  812,  742,  801,
    1040, 860,  874, 848,  890,  744,  749,  838,  1050, 918,  986,  797,  923,  975,  815,
    1020, 906,  901, 1170, 912,  746,  919,  718,  714,  740};

TEST(EDivisive, FindsTheNilesOneChange) {
  ASSERT_EQ(kNile.size(), 100U);
  const std::vector<ChangePoint> found = change_points(kNile);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].index, 28U);  // 1899
  EXPECT_LE(found[0].p_value, 0.001);
}

double mean_distance(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (const double x : a) {
    for (const double y : b) sum += std::abs(x - y);
  }
  return sum / (static_cast<double>(a.size()) * static_cast<double>(b.size()));
}

// Equations (5) and (6) as they are written, without sums that are kept.
double energy_statistic(std::span<const double> a, std::span<const double> b) {
  const double m = static_cast<double>(a.size()), n = static_cast<double>(b.size());
  const double energy = 2 * mean_distance(a, b) - mean_distance(a, a) * m / (m - 1) -
                        mean_distance(b, b) * n / (n - 1);
  return m * n / (m + n) * energy;
}

TEST(EDivisive, StatisticIsThePublishedOne) {
  double largest = 0;
  std::size_t at = 0;
  const std::span<const double> all(kNile);
  for (std::size_t middle = 3; middle <= 97; ++middle) {
    for (std::size_t end = middle + 3; end <= 100; ++end) {
      const double statistic =
          energy_statistic(all.first(middle), all.subspan(middle, end - middle));
      if (statistic > largest) at = middle;
      largest = std::max(largest, statistic);
    }
  }
  const ChangePoint found = change_points(kNile).at(0);
  EXPECT_EQ(found.index, at);
  EXPECT_NEAR(found.statistic, largest, 1e-6 * largest);
}

TEST(EDivisive, FindsStepsUpAndDownWhereTheyAre) {
  std::vector<double> series;
  for (int i = 0; i < 60; ++i) series.push_back((i >= 20 && i < 35 ? 5 : 0) + 0.1 * (i % 3));
  const std::vector<ChangePoint> found = change_points(series);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].index, 20U);
  EXPECT_EQ(found[1].index, 35U);
}

TEST(EDivisive, FindsAChangeOfScatterAlone) {
  std::vector<double> series;
  for (int i = 0; i < 80; ++i) series.push_back((i < 40 ? 1 : 10) * (i % 2 == 0 ? 1.0 : -1.0));
  const std::vector<ChangePoint> found = change_points(series);
  ASSERT_GE(found.size(), 1U);
  EXPECT_NEAR(static_cast<double>(found[0].index), 40, 1);
}

TEST(EDivisive, ShortOrConstantSeriesHaveNone) {
  EXPECT_TRUE(change_points({}).empty());
  EXPECT_TRUE(change_points(std::vector<double>{1, 9}).empty());
  EXPECT_TRUE(change_points(std::vector<double>{0, 0, 0, 9, 9}).empty());
  EXPECT_TRUE(change_points(std::vector<double>(50, 3.25)).empty());
}

TEST(EDivisive, EqualInputGivesEqualAnswers) {
  const std::vector<ChangePoint> a = change_points(kNile), b = change_points(kNile);
  ASSERT_EQ(a.size(), b.size());
  EXPECT_EQ(a[0].p_value, b[0].p_value);
}

// How many of `trials` normal series of 40 values, shifted by `shift` deviations at 25, have a
// change within 2 of there, or any.
struct Found {
  int any = 0, near = 0;
};

Found simulate(int trials, double shift, const EDivisiveOptions& options) {
  std::mt19937_64 random(kSeed);
  std::normal_distribution<double> noise(0, 1);
  Found found;
  for (int trial = 0; trial < trials; ++trial) {
    std::vector<double> series;
    for (int i = 0; i < 40; ++i) series.push_back(noise(random) + (i < 25 ? 0 : shift));
    EDivisiveOptions seeded = options;
    seeded.seed = random();
    bool near = false;
    const std::vector<ChangePoint> points = change_points(series, seeded);
    for (const ChangePoint& point : points) near = near || (point.index >= 23 && point.index <= 27);
    found.any += points.empty() ? 0 : 1;
    found.near += near ? 1 : 0;
  }
  return found;
}

// n = 1,000 series without a change at a significance of 5 %, which the permutation test keeps
// exactly. Bound: 50 + 5 sqrt(1000 x 0.05 x 0.95) = 84 (false alarm below 1e-6), and not below 16.
TEST(EDivisive, FalseAlarmsAreAsRareAsPromised) {
  const Found found = simulate(1000, 0, {.significance = 0.05, .permutations = 199});
  std::cout << "seed " << kSeed << ": " << found.any << " of 1000 without a change had one\n";
  EXPECT_LE(found.any, 84);
  EXPECT_GE(found.any, 16);
}

// n = 200 series with a shift of 3 deviations, by the default options. Nearly all are found and at
// least 80 % within 2 values of where it was; the bound of 140 is 5 deviations below 168.
TEST(EDivisive, ShiftsAreFoundWhereTheyAre) {
  const Found found = simulate(200, 3, {.permutations = 199});
  std::cout << "seed " << kSeed << ": " << found.any << " of 200 shifts found, " << found.near
            << " within 2 values\n";
  EXPECT_GE(found.any, 190);
  EXPECT_GE(found.near, 140);
}

}  // namespace
}  // namespace plumbline::harness

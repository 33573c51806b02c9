// Proportions, many comparisons, and effects that can be seen: against published values.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "harness/statistics/benjamini_hochberg.h"
#include "harness/statistics/clopper_pearson.h"
#include "harness/statistics/detectable_effect.h"
#include "harness/statistics/t_test.h"

namespace plumbline::harness {
namespace {

double binomial(int trials, int successes, double share) {
  double probability = std::pow(1 - share, trials);
  for (int k = 0; k < successes; ++k) probability *= share / (1 - share) * (trials - k) / (k + 1);
  return probability;
}

// NIST e-Handbook 7.2.4.1: 4 of 20, 90 %: 0.07135 to 0.40103. And what the bounds are by
// definition: so many, or fewer (more), come in 5 %.
TEST(ClopperPearson, MatchesNistExample) {
  const Interval interval = clopper_pearson(4, 20, 0.90);
  EXPECT_NEAR(interval.lo, 0.07135, 5e-6);
  EXPECT_NEAR(interval.hi, 0.40103, 5e-6);
  double at_most = 0, fewer = 0;
  for (int k = 0; k <= 4; ++k) at_most += binomial(20, k, interval.hi);
  for (int k = 0; k < 4; ++k) fewer += binomial(20, k, interval.lo);
  EXPECT_NEAR(at_most, 0.05, 1e-9);
  EXPECT_NEAR(1 - fewer, 0.05, 1e-9);
}

// In closed form: of 0 in n, 1 - (alpha / 2)^(1 / n).
TEST(ClopperPearson, OfNoneAndAllIsItsClosedForm) {
  const double bound = 1 - std::pow(0.025, 1.0 / 30);
  EXPECT_EQ(clopper_pearson(0, 30, 0.95).lo, 0);
  EXPECT_NEAR(clopper_pearson(0, 30, 0.95).hi, bound, 1e-12);
  EXPECT_NEAR(clopper_pearson(30, 30, 0.95).lo, 1 - bound, 1e-12);
  EXPECT_EQ(clopper_pearson(30, 30, 0.95).hi, 1);
  EXPECT_EQ(clopper_pearson(0, 0, 0.95).lo, 0);
  EXPECT_EQ(clopper_pearson(0, 0, 0.95).hi, 1);
}

// Its promise, summed over all outcomes: never below 95 %, whatever the proportion.
TEST(ClopperPearson, NeverCoversLessThanItClaims) {
  constexpr int kTrials = 40;
  for (double share = 0.01; share < 1; share += 0.01) {
    double covered = 0;
    for (int k = 0; k <= kTrials; ++k) {
      const Interval interval = clopper_pearson(k, kTrials, 0.95);
      const bool covers = interval.lo <= share && share <= interval.hi;
      if (covers) covered += binomial(kTrials, k, share);
    }
    EXPECT_GE(covered, 0.95 - 1e-9) << share;
  }
}

// Benjamini and Hochberg (1995), section 3.2: of these fifteen, four are discoveries at 5 %.
const std::vector<double> kMyocardialInfarction = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201,
                                                   0.0278, 0.0298, 0.0344, 0.0459, 0.3240,
                                                   0.4262, 0.5719, 0.6528, 0.7590, 1.0000};

TEST(BenjaminiHochberg, MatchesThePublishedExample) {
  const std::vector<double> adjusted = false_discovery_adjusted(kMyocardialInfarction);
  int discoveries = 0;
  for (const double value : adjusted) discoveries += value <= 0.05 ? 1 : 0;
  EXPECT_EQ(discoveries, 4);
  EXPECT_NEAR(adjusted[0], 0.0015, 1e-12);           // 15/1
  EXPECT_NEAR(adjusted[3], 0.0095 * 15 / 4, 1e-12);  // 0.0356
  EXPECT_NEAR(adjusted[5], 0.0298 * 15 / 7, 1e-12);  // its own 15/6 would be more
}

TEST(BenjaminiHochberg, KeepsTheOrderOfTheCells) {
  const std::vector<double> backwards(kMyocardialInfarction.rbegin(), kMyocardialInfarction.rend());
  const std::vector<double> forwards = false_discovery_adjusted(kMyocardialInfarction);
  const std::vector<double> adjusted = false_discovery_adjusted(backwards);
  for (std::size_t i = 0; i < adjusted.size(); ++i) {
    EXPECT_EQ(adjusted[i], forwards[forwards.size() - 1 - i]);
  }
}

TEST(BenjaminiHochberg, WhatIsNoProbabilityIsNoDiscovery) {
  const std::vector<double> adjusted = false_discovery_adjusted(
      std::vector<double>{std::numeric_limits<double>::quiet_NaN(), 0.001, -1, 2});
  EXPECT_EQ(adjusted[0], 1);
  EXPECT_NEAR(adjusted[1], 0.004, 1e-12);
  EXPECT_EQ(adjusted[2], 1);
  EXPECT_EQ(adjusted[3], 1);
  EXPECT_TRUE(false_discovery_adjusted({}).empty());
}

// n = 1,000 comparisons of 50 cells in which nothing differs: any discovery at all is false, and
// may come in 5 % of them (50 +- 7). Bound: 5 sd; false-alarm rate 5.7e-7, were the seed not fixed.
TEST(BenjaminiHochberg, FiftyEqualCellsAlarmInFivePerCent) {
  constexpr int kTrials = 1'000;
  constexpr std::uint64_t kSeed = 11;
  std::mt19937_64 random(kSeed);
  std::normal_distribution<double> noise;
  int alarms = 0, plain_alarms = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<double> p_values;
    for (int cell = 0; cell < 50; ++cell) {
      std::vector<double> a(10), b(10);
      for (double& value : a) value = noise(random);
      for (double& value : b) value = noise(random);
      p_values.push_back(welch_test(a, b, 0.95).p_value);
    }
    const auto smallest = [](const std::vector<double>& all) {
      return *std::min_element(all.begin(), all.end());
    };
    alarms += smallest(false_discovery_adjusted(p_values)) <= 0.05 ? 1 : 0;
    plain_alarms += smallest(p_values) <= 0.05 ? 1 : 0;
  }
  std::printf("false alarms: %d of %d, by plain p-values %d (seed %llu)\n", alarms, kTrials,
              plain_alarms, static_cast<unsigned long long>(kSeed));
  EXPECT_LE(alarms, 50 + 5 * 7);
  EXPECT_GE(alarms, 10);
  EXPECT_GE(plain_alarms, kTrials * 4 / 5);
}

// Student (1908): hours of sleep gained by two drugs; the figures of R's t.test(extra ~ group).
const std::vector<double> kDrug1 = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
const std::vector<double> kDrug2 = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};

TEST(TTest, PairsMatchStudentsSleepData) {
  const MeanDifference test = paired_test(kDrug1, kDrug2, 0.95);
  EXPECT_NEAR(test.difference, -1.58, 1e-12);
  EXPECT_NEAR(test.t, -4.0621, 5e-5);
  EXPECT_EQ(test.degrees, 9);
  EXPECT_NEAR(test.p_value, 0.002833, 5e-7);
  EXPECT_NEAR(test.interval.lo, -2.4598858, 5e-8);
  EXPECT_NEAR(test.interval.hi, -0.7001142, 5e-8);
}

TEST(TTest, WelchMatchesStudentsSleepData) {
  const MeanDifference test = welch_test(kDrug1, kDrug2, 0.95);
  EXPECT_NEAR(test.t, -1.8608, 5e-5);
  EXPECT_NEAR(test.degrees, 17.776, 5e-4);
  EXPECT_NEAR(test.p_value, 0.07939, 5e-6);
  EXPECT_NEAR(test.interval.lo, -3.3654832, 5e-8);
  EXPECT_NEAR(test.interval.hi, 0.2054832, 5e-8);
}

TEST(TTest, SamplesThatDoNotScatterOrAreTooSmall) {
  const std::vector<double> ones(3, 1.0), twos(3, 2.0), one(1, 1.0);
  EXPECT_EQ(welch_test(ones, ones, 0.95).p_value, 1);
  EXPECT_EQ(welch_test(twos, ones, 0.95).p_value, 0);
  EXPECT_EQ(welch_test(twos, ones, 0.95).interval.lo, 1);
  EXPECT_EQ(paired_test(twos, ones, 0.95).p_value, 0);
  EXPECT_EQ(welch_test(one, ones, 0.95).p_value, 1);
  EXPECT_TRUE(std::isinf(welch_test(one, ones, 0.95).interval.hi));
  EXPECT_TRUE(std::isinf(paired_test(one, one, 0.95).interval.hi));
}

// The usual (1.960 + 0.842)^2 = 7.849 for one arm, 15.7 for two.
TEST(DetectableEffect, MatchesTheTextbookSampleSizes) {
  EXPECT_NEAR(detectable_effect(1), 2.8016, 5e-5);
  EXPECT_NEAR(detectable_effect(1, 0.95, 0.9), 3.2415, 5e-5);
  EXPECT_EQ(measurements_for_effect(2.66, 2), 28);  // a 2 % change on hosts that scatter by 2.66 %
  EXPECT_EQ(measurements_for_effect(1, 1), 16);
}

}  // namespace
}  // namespace plumbline::harness

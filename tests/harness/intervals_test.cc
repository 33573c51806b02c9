// Statistics against published values, and their error rates in seeded simulations.
#include "harness/statistics/intervals.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <limits>
#include <random>
#include <vector>

#include "harness/statistics/student_t.h"

namespace plumbline::harness {
namespace {

// NIST Statistical Reference Datasets, univariate: 1001 values around a large centre.
std::vector<double> nist_num_acc(double centre) {
  std::vector<double> values{centre + 0.2};
  for (int i = 0; i < 500; ++i) {
    values.push_back(centre + 0.1);
    values.push_back(centre + 0.3);
  }
  return values;
}

TEST(StudentT, MatchesPublishedTable) {  // NIST e-Handbook 1.3.6.7.2, 0.975
  EXPECT_NEAR(student_t_quantile(0.975, 1), 12.706, 5e-4);
  EXPECT_NEAR(student_t_quantile(0.975, 4), 2.776, 5e-4);
  EXPECT_NEAR(student_t_quantile(0.975, 9), 2.262, 5e-4);
  EXPECT_NEAR(student_t_quantile(0.975, 100), 1.984, 5e-4);
}

TEST(Statistics, MatchesNistReferenceDatasets) {
  const std::vector<double> num_acc3 = nist_num_acc(1000000);
  EXPECT_NEAR(mean(num_acc3), 1000000.2, 1e-8);
  EXPECT_NEAR(standard_deviation(num_acc3), 0.1, 1e-9);
  // Sum of squares less square of the sum has no correct digit left here.
  const std::vector<double> num_acc4 = nist_num_acc(10000000);
  EXPECT_NEAR(mean(num_acc4), 10000000.2, 1e-7);
  EXPECT_NEAR(standard_deviation(num_acc4), 0.1, 1e-8);
}

TEST(Statistics, IntervalMatchesNistHeatFlowExample) {  // e-Handbook 1.3.5.2, ZARR13.DAT
  const Interval interval = mean_interval(9.261460, 0.02278881, 195, 0.95);
  EXPECT_NEAR(interval.lo, 9.258242, 1e-6);
  EXPECT_NEAR(interval.hi, 9.264679, 1e-6);
}

TEST(Statistics, SmallSamplesPromiseNothing) {
  const std::vector<double> one{3.0};
  EXPECT_EQ(mean({}), 0);
  EXPECT_EQ(standard_deviation(one), 0);
  EXPECT_EQ(mean_interval(one, 0.95).lo, -std::numeric_limits<double>::infinity());
  EXPECT_EQ(mean_interval(one, 0.95).hi, std::numeric_limits<double>::infinity());
}

TEST(Statistics, EquivalenceKnowsItsBorders) {
  EXPECT_EQ(equivalence({-1, 1}, 1), Equivalence::kWithin);
  EXPECT_EQ(equivalence({0.5, 1.1}, 1), Equivalence::kUndecided);
  EXPECT_EQ(equivalence({-2, 2}, 1), Equivalence::kUndecided);
  EXPECT_EQ(equivalence({1.1, 1.2}, 1), Equivalence::kOutside);
  EXPECT_EQ(equivalence({-3, -1.5}, 1), Equivalence::kOutside);
  EXPECT_EQ(equivalence(mean_interval(1, 0, 1, 0.95), 100), Equivalence::kUndecided);
}

TEST(Statistics, SamplingLimitOfAHalfIsItsTextbookValue) {
  EXPECT_DOUBLE_EQ(sampling_limit(0.5, 2500), 0.01);
  EXPECT_EQ(sampling_limit(0.5, 0), std::numeric_limits<double>::infinity());
}

// Draws `draws` samples of ten runs whose mean error is `bias` and counts a verdict.
int count_verdicts(double bias, double tolerance, Equivalence verdict, int draws) {
  std::mt19937_64 random(20260101);
  std::normal_distribution<double> noise(bias, 1.0);
  int counted = 0;
  std::vector<double> sample(10);
  for (int draw = 0; draw < draws; ++draw) {
    for (double& value : sample) value = noise(random);
    counted += equivalence(mean_interval(sample, 0.95), tolerance) == verdict ? 1 : 0;
  }
  return counted;
}

// n = 20,000 samples of ten. The interval misses the true mean in 5 % of them: 1,000 +- 31 (1 sd).
// Bound: 5 sd, which is 94.2 to 95.8 %; false-alarm rate 5.7e-7. The seed is fixed above.
TEST(Statistics, IntervalCoversAsOftenAsItClaims) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> noise(0, 1);
  constexpr int kDraws = 20000;
  int missed = 0;
  std::vector<double> sample(10);
  for (int draw = 0; draw < kDraws; ++draw) {
    for (double& value : sample) value = noise(random);
    const Interval interval = mean_interval(sample, 0.95);
    missed += interval.lo > 0 || interval.hi < 0 ? 1 : 0;
  }
  std::printf("covered: %.4f of %d\n", 1 - static_cast<double>(missed) / kDraws, kDraws);
  EXPECT_NEAR(missed, kDraws * 0.05, 5 * std::sqrt(kDraws * 0.05 * 0.95));
}

// n = 20,000. A bias exactly on the border may pass in 2.5 % (500 +- 22) and must fail in as many.
// Bound: 5 sd; false-alarm rate 5.7e-7 each.
TEST(Statistics, BiasOnTheBorderPassesAndFailsInTwoAndAHalfPercent) {
  constexpr int kDraws = 20000;
  const double bound = 5 * std::sqrt(kDraws * 0.025 * 0.975);
  EXPECT_NEAR(count_verdicts(5, 5, Equivalence::kWithin, kDraws), kDraws * 0.025, bound);
  EXPECT_NEAR(count_verdicts(5, 5, Equivalence::kOutside, kDraws), kDraws * 0.025, bound);
}

}  // namespace
}  // namespace plumbline::harness

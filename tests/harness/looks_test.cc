// The looks of an experiment, and how often its gate errs over all of them, by simulation.
#include "harness/statistics/looks.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "harness/statistics/intervals.h"

namespace plumbline::harness {
namespace {

double spent(const std::vector<Look>& looks) {
  double sum = 0;
  for (const Look& look : looks) sum += 1 - look.confidence;
  return sum;
}

TEST(Looks, DoubleUntilTheMostIsReached) {
  const std::vector<Look> looks = planned_looks(10, 35);
  ASSERT_EQ(looks.size(), 3U);
  EXPECT_EQ(looks[0].runs, 10);
  EXPECT_EQ(looks[1].runs, 20);
  EXPECT_EQ(looks[2].runs, 35);
}

TEST(Looks, SpendFivePerCentInAll) {
  for (const std::int64_t most : {3, 4, 6, 20, 1000}) {
    EXPECT_NEAR(spent(planned_looks(3, most)), 0.05, 1e-12) << most;
  }
  EXPECT_DOUBLE_EQ(planned_looks(7, 7).front().confidence, 0.95);
}

// Lan and DeMets (1983), alpha*(1/2) of Pocock's type for 5 %: 0.05 ln(1 + (e - 1) / 2) = 0.03101.
TEST(Looks, FirstOfTwoMatchesThePublishedFunction) {
  EXPECT_NEAR(1 - planned_looks(10, 20).front().confidence, 0.03101, 5e-6);
}

// One cell, as the experiment decides it: errors are drawn until a look decides.
Equivalence decided(std::mt19937_64& random, double bias, double deviation) {
  constexpr double kTolerance = 1;
  std::normal_distribution<double> noise(bias, deviation);
  std::vector<double> errors;
  Equivalence verdict = Equivalence::kUndecided;
  for (const Look& look : planned_looks(10, 20)) {
    while (static_cast<std::int64_t>(errors.size()) < look.runs) errors.push_back(noise(random));
    verdict = equivalence(mean_interval(errors, look.confidence), kTolerance);
    if (verdict != Equivalence::kUndecided) break;
  }
  return verdict;
}

constexpr int kTrials = 20'000;
constexpr std::uint64_t kSeed = 20261122;

double share_of(Equivalence verdict, double bias, double deviation) {
  std::mt19937_64 random(kSeed);
  int count = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    count += decided(random, bias, deviation) == verdict ? 1 : 0;
  }
  const double share = static_cast<double>(count) / kTrials;
  std::printf("bias %.1f, deviation %.1f of the tolerance: %.4f (n %d, seed %llu)\n", bias,
              deviation, share, kTrials, static_cast<unsigned long long>(kSeed));
  return share;
}

// Five standard deviations of a share; false-alarm rate 5.7e-7, were the seed not fixed.
double slack(double share) { return 5 * std::sqrt(share * (1 - share) / kTrials); }

// Runs that scatter by a fifth of the tolerance up to the whole of it: the standard suite on a fit
// machine, and far from that.
constexpr double kDeviations[] = {0.2, 0.5, 1.0};

// Fault: more looks, more false verdicts. Seen in: ecosystem.md section 3 (a rank test repeated
// until it says something: 19 % false alarms). Pass: at no bias 1 % false fails at most, with a
// bias on the border 5 % false passes at most, at twice the tolerance 95 % found.
TEST(Looks, KeepTheErrorRatesOfTheGate) {
  for (const double deviation : kDeviations) {
    EXPECT_LE(share_of(Equivalence::kOutside, 0, deviation), 0.01 + slack(0.01));
    EXPECT_LE(share_of(Equivalence::kWithin, 1, deviation), 0.05 + slack(0.05));
    EXPECT_GE(share_of(Equivalence::kOutside, 2, deviation), 0.95 - slack(0.95));
  }
}

// The union bound itself: of either side no more than half of the 5 %.
TEST(Looks, BiasOnTheBorderIsDecidedWronglyInTwoAndAHalfPerCentAtMost) {
  for (const double deviation : kDeviations) {
    EXPECT_LE(share_of(Equivalence::kWithin, 1, deviation), 0.025 + slack(0.025));
    EXPECT_LE(share_of(Equivalence::kOutside, 1, deviation), 0.025 + slack(0.025));
  }
}

// All cells of the standard suite pass, with a profiler that is true and runs that scatter by a
// half of the tolerance. Pass: 90 % of the suites.
TEST(Looks, TrueProfilerPassesTheWholeSuite) {
  constexpr int kCells = 42, kSuites = 2'000;
  std::mt19937_64 random(kSeed);
  int passed = 0;
  for (int suite = 0; suite < kSuites; ++suite) {
    int within = 0;
    for (int cell = 0; cell < kCells; ++cell) {
      within += decided(random, 0, 0.5) == Equivalence::kWithin ? 1 : 0;
    }
    passed += within == kCells ? 1 : 0;
  }
  std::printf("whole suites passed: %d of %d (seed %llu)\n", passed, kSuites,
              static_cast<unsigned long long>(kSeed));
  EXPECT_GE(passed, kSuites * 9 / 10);
}

}  // namespace
}  // namespace plumbline::harness

// The table of tolerances, row by row as the design gives it.
#include "harness/scoring/tolerances.h"

#include <gtest/gtest.h>

namespace plumbline::harness {
namespace {

using format::Category;

constexpr double kMs = 1e6;
const Tolerances kDefaults;

double tolerance_of(Category category, const CellSize& size) {
  return category_tolerance_ns(kDefaults, category, size);
}

TEST(Tolerances, WaitIsOnePercentOrThirtyMicrosecondsPerWait) {
  EXPECT_DOUBLE_EQ(tolerance_of(Category::kFile, {.truth_ns = 500 * kMs, .waits = 10}), 5 * kMs);
  EXPECT_DOUBLE_EQ(tolerance_of(Category::kFile, {.truth_ns = 500 * kMs, .waits = 1000}), 30 * kMs);
}

TEST(Tolerances, CpuIsOnePercentOrTwoMicrosecondsPerEdge) {
  EXPECT_DOUBLE_EQ(tolerance_of(Category::kCpu, {.truth_ns = 300 * kMs, .edges = 100}), 3 * kMs);
  EXPECT_DOUBLE_EQ(tolerance_of(Category::kCpu, {.truth_ns = 300 * kMs, .edges = 5000}), 10 * kMs);
}

TEST(Tolerances, RunQueueIsFivePercentOrFifteenMicrosecondsPerSwitch) {
  EXPECT_DOUBLE_EQ(tolerance_of(Category::kRunQueue, {.truth_ns = 100 * kMs, .waits = 10}),
                   5 * kMs);
  EXPECT_DOUBLE_EQ(tolerance_of(Category::kRunQueue, {.truth_ns = 100 * kMs, .waits = 1000}),
                   15 * kMs);
}

TEST(Tolerances, TruthOfZeroHasAnAbsoluteOne) {
  EXPECT_DOUBLE_EQ(tolerance_of(Category::kLock, {.wall_ns = 100 * kMs}), 1 * kMs);
  EXPECT_DOUBLE_EQ(tolerance_of(Category::kLock, {.wall_ns = 5000 * kMs}), 5 * kMs);
}

TEST(Tolerances, UncategorizedIsOnePercentOfWall) {
  EXPECT_DOUBLE_EQ(tolerance_of(Category::kOther, {.wall_ns = 5000 * kMs}), 50 * kMs);
}

TEST(Tolerances, ResidualIsATenthOfAPercentOrTwoMicrosecondsPerWait) {
  EXPECT_DOUBLE_EQ(residual_tolerance_ns(kDefaults, 5000 * kMs, 10), 5 * kMs);
  EXPECT_DOUBLE_EQ(residual_tolerance_ns(kDefaults, 100 * kMs, 1000), 2 * kMs);
}

TEST(Tolerances, LooseOnesAreVacuous) {
  EXPECT_FALSE(is_vacuous(kDefaults, 100 * kMs, 10 * kMs));
  EXPECT_TRUE(is_vacuous(kDefaults, 100 * kMs, 10.1 * kMs));
  EXPECT_FALSE(is_vacuous(kDefaults, 0, 1 * kMs));  // nothing to be a share of
}

}  // namespace
}  // namespace plumbline::harness

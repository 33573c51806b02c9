// profiler/session/rate_guard.h: when the sampling rate falls, by how much, and when it
// rises again.
#include "profiler/session/rate_guard.h"

#include <gtest/gtest.h>

namespace plumbline::session {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

// A process that runs on one CPU, and a profiler whose samples cost so much each.
class Process {
 public:
  Process(std::uint64_t asked_hz, std::uint64_t budget_percent) : rate_hz_(double(asked_hz)) {
    guard_.begin(asked_hz, budget_percent);
  }

  // Runs for a second of CPU, of which `others_ns` are ours but not for samples.
  void run_a_second(std::int64_t ns_per_sample, std::int64_t others_ns = 0) {
    cost_.process_ns += kSecond;
    cost_.handlers_ns += static_cast<std::int64_t>(rate_hz_ * double(ns_per_sample));
    cost_.drain_ns += others_ns;
    look();
  }
  void look() {
    const std::uint64_t period_ns = guard_.new_period_ns(cost_);
    if (period_ns == 0) return;
    ++changes_;
    rate_hz_ = 1e9 / double(period_ns);
  }

  OwnCost cost_;
  RateGuard guard_;
  double rate_hz_;
  int changes_ = 0;
};

TEST(RateGuard, ARateThatFitsStays) {
  Process process(199, 2);
  for (int second = 0; second < 20; ++second) process.run_a_second(40'000);
  EXPECT_EQ(process.changes_, 0);
}

TEST(RateGuard, FallsByHalvesUntilItFits) {
  Process process(10'000, 2);
  process.run_a_second(20'000);
  EXPECT_NEAR(process.rate_hz_, 5'000, 1);
  EXPECT_EQ(process.guard_.last_change().old_period_ns, 100'000);
  EXPECT_EQ(process.guard_.last_change().new_period_ns, 200'000);
  EXPECT_EQ(process.guard_.last_change().own_cpu_ns, kSecond / 5);
  EXPECT_EQ(process.guard_.last_change().process_cpu_ns, kSecond);
  for (int second = 0; second < 20; ++second) process.run_a_second(20'000);
  EXPECT_NEAR(process.rate_hz_, 1'000, 1);  // 20 us x 1 kHz = 2 %
  const int changes = process.changes_;
  for (int second = 0; second < 20; ++second) process.run_a_second(20'000);
  EXPECT_EQ(process.changes_, changes);  // does not swing
}

TEST(RateGuard, RisesAgainToWhatWasAskedAndNoFurther) {
  Process process(199, 2);
  for (int second = 0; second < 20; ++second) process.run_a_second(400'000);
  EXPECT_NEAR(process.rate_hz_, 50, 1);
  for (int second = 0; second < 20; ++second) process.run_a_second(10'000);
  EXPECT_NEAR(process.rate_hz_, 199, 0.1);
}

// Fault: the drain thread reads hundreds of modules at the start, and the samples are thrown away
// for that. Pass: they keep their eighth of the budget.
TEST(RateGuard, OthersCostDoesNotEatTheSamples) {
  Process process(199, 2);
  for (int second = 0; second < 20; ++second) process.run_a_second(10'000, kSecond / 10);
  EXPECT_EQ(process.changes_, 0);  // 0.2 % of 0.25 %
  for (int second = 0; second < 20; ++second) process.run_a_second(100'000, kSecond / 10);
  EXPECT_NEAR(process.rate_hz_, 25, 1);  // 0.25 % / 100 us
}

TEST(RateGuard, NeverBelowItsFloorAndNeverWithoutABudget) {
  Process process(199, 2);
  for (int second = 0; second < 20; ++second) process.run_a_second(50'000'000);
  EXPECT_NEAR(process.rate_hz_, RateGuard::kLowestHz, 0.01);
  Process slow(5, 2);
  for (int second = 0; second < 20; ++second) slow.run_a_second(50'000'000);
  EXPECT_EQ(slow.changes_, 0);
  Process free(10'000, 0);
  for (int second = 0; second < 20; ++second) free.run_a_second(50'000);
  EXPECT_EQ(free.changes_, 0);
}

// A server that sleeps is not slowed down by a drain thread that looks at it ten times a second.
TEST(RateGuard, WaitsForEnoughCpuToJudgeBy) {
  Process process(10'000, 2);
  process.cost_.handlers_ns = process.cost_.process_ns = RateGuard::kLeastCpuNs - 1;
  process.look();
  EXPECT_EQ(process.changes_, 0);
  ++process.cost_.process_ns;
  process.look();
  EXPECT_EQ(process.changes_, 1);
}

}  // namespace
}  // namespace plumbline::session

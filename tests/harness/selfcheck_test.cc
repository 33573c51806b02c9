// What a machine is said to be able to tell, from runs that never happened.
#include "harness/selfcheck.h"

#include <gtest/gtest.h>

#include "harness/runs/campaign.h"
#include "tests/harness/synthetic_run.h"

namespace plumbline::harness {
namespace {

// One cell of each run: truth 1 s, and an error of so many per cent.
Results results_with(const std::vector<double>& errors_pct, double width_pct = 0.1) {
  Results results;
  CellRow cell;
  cell.category = "socket";
  for (const double error_pct : errors_pct) {
    const auto hi_ns = static_cast<std::int64_t>(1e9 + width_pct * 5e6);
    const auto lo_ns = static_cast<std::int64_t>(1e9 - width_pct * 5e6);
    const auto error_ns = static_cast<std::int64_t>(error_pct * 1e7);
    cell.per_run.push_back({"", lo_ns, hi_ns, (error_ns < 0 ? lo_ns : hi_ns) + error_ns});
    results.runs.emplace_back();
  }
  results.cells.push_back(cell);
  return results;
}

TEST(SelfCheck, NeedsMoreRepeatsForMoreNoise) {
  const SelfCheck quiet = self_check(results_with({0.1, -0.1, 0.1, -0.1, 0.1, -0.1}));
  ASSERT_EQ(quiet.categories.size(), 1u);
  EXPECT_NEAR(quiet.categories[0].deviation_pct, 0.1095, 0.001);
  EXPECT_NEAR(quiet.categories[0].truth_ms, 1000, 0.1);
  // t(0.975, 2) * 0.1095 / sqrt(3) = 0.272 <= 0.5; with two runs 0.98.
  EXPECT_EQ(quiet.categories[0].repeats_needed, 3);
  EXPECT_EQ(quiet.unfit, "");

  const SelfCheck noisy = self_check(results_with({2, -2, 2, -2, 2, -2}));
  // s = 2.19: 1.96 * 2.19 / sqrt(n) <= 0.5 from about 74 on, with Student's t from 76.
  EXPECT_NEAR(static_cast<double>(noisy.categories[0].repeats_needed.value()), 76, 2);
  EXPECT_NE(noisy.unfit.find("socket needs"), std::string::npos);
}

TEST(SelfCheck, ComparesOddWithEvenRuns) {
  const SelfCheck same = self_check(results_with({0.3, 0.3, -0.3, -0.3, 0.3, 0.3, -0.3, -0.3}));
  EXPECT_LT(same.categories[0].difference_pct.lo, 0);
  EXPECT_GT(same.categories[0].difference_pct.hi, 0);
  const SelfCheck apart = self_check(results_with({0.4, -0.4, 0.5, -0.5, 0.4, -0.4}));
  EXPECT_GT(apart.categories[0].difference_pct.lo, 0);
}

TEST(SelfCheck, ATruthThatIsWiderThanTheToleranceCannotBeTold) {
  const SelfCheck check = self_check(results_with({0, 0, 0, 0}, 1.5));
  EXPECT_FALSE(check.categories[0].repeats_needed);
  EXPECT_NE(check.unfit.find("cannot be told"), std::string::npos);
}

TEST(SelfCheck, AMachineThatDisturbsItsRunsIsUnfit) {
  Results results = results_with({0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  results.runs[3].machine = MachineVerdict::kDegraded;
  EXPECT_EQ(self_check(results).unfit, "");
  results.runs[4].machine = MachineVerdict::kDegraded;
  EXPECT_NE(self_check(results).unfit.find("2 of 10 runs disturbed"), std::string::npos);
  results = results_with({0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  results.runs[0].machine = MachineVerdict::kInvalid;
  EXPECT_NE(self_check(results).unfit.find("1 of them invalid"), std::string::npos);
}

TEST(SelfCheck, OfATrueProfilerOnAQuietMachineIsFit) {
  Campaign campaign{"synthetic", "plumbline", {}};
  for (int repeat = 1; repeat <= 6; ++repeat) {
    campaign.runs.push_back(
        testing::scored(testing::synthetic_run(static_cast<std::uint64_t>(repeat)), repeat));
  }
  const SelfCheck check = self_check(judge_campaigns({campaign}, Tolerances{}, Results{}));
  EXPECT_EQ(check.unfit, "");
  EXPECT_EQ(check.ok, 6);
  EXPECT_GE(check.categories.size(), 4u);
}

}  // namespace
}  // namespace plumbline::harness

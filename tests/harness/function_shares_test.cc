// Shares of functions, where a gate says that they gate: when a row passes, fails and says neither.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "harness/gate/gate_rules.h"
#include "harness/runs/campaign.h"
#include "tests/harness/synthetic_run.h"

namespace plumbline::harness {
namespace {

// The row of GET /a's build_report: in each run `samples` of the endpoint give it such a share.
FunctionRow share_row(const std::vector<double>& shares, std::int64_t samples, double points = 5) {
  constexpr auto kCpu = static_cast<std::size_t>(format::Category::kCpu);
  Campaign campaign{"synthetic", "plumbline", {}};
  for (const double share : shares) {
    campaign.runs.push_back(testing::scored(testing::synthetic_run(1), std::ssize(campaign.runs)));
    EndpointProfile& a = campaign.runs.back().profile.endpoints["GET /a"];
    a.function_cpu_ns["build_report"] =
        std::llround(share * static_cast<double>(a.time.category[kCpu]));
    a.samples = samples;
  }
  Gate gate;
  FunctionRule rule;
  rule.place = "functions[0]";
  rule.points = points;
  gate.functions.push_back(rule);
  const Results results = judge_campaigns({std::move(campaign)}, gate, Results{});
  return *std::ranges::find_if(results.functions, [](const FunctionRow& row) {
    return row.endpoint == "GET /a" && row.function == "build_report";
  });
}

// Fault: a share is judged as if it were known to the last sample.
// Pass: with enough samples (the 95 % half-width is 2.4 points of 5) it passes and fails by its
// whole interval, and one that crosses the tolerance is undecided on either side of it.
TEST(FunctionShares, AreJudgedByTheirIntervalFromSampling) {
  const double truth = share_row({0.5}, 1'600).truth_share;
  const auto verdict = [&](double points) {
    return share_row({truth - points / 100}, 1'600).verdict;
  };
  EXPECT_EQ(verdict(2), Verdict::kPass);
  EXPECT_EQ(verdict(4), Verdict::kInconclusive);
  EXPECT_EQ(verdict(6), Verdict::kInconclusive);
  EXPECT_EQ(verdict(8), Verdict::kFail);
}

// Fault: a profiler loses most of an endpoint's samples and shows the rest with shares that are
// wrong by 40 points; as there are too few for a verdict, nobody blames it.
// Seen in: Go (golang/go#48577), as the seeded fault label_lost_in_libc.
// Pass: outside of tolerance and exact binomial interval (false-alarm rate 1e-6) it fails, by
// however few samples; within, it is inconclusive as before.
TEST(FunctionShares, FailByFewSamplesWhereChanceCannotExplainThem) {
  const double truth = share_row({0.5}, 100).truth_share;
  const double far = truth > 0.5 ? truth - 0.4 : truth + 0.4;
  EXPECT_EQ(share_row({far}, 364).verdict, Verdict::kFail);
  EXPECT_EQ(share_row({far}, 364).reason,
            "364 of the 1478 samples that +-5 point would take, yet too far off for chance "
            "in 1 of 1 runs");
  EXPECT_EQ(share_row({far}, 100).verdict, Verdict::kFail);
  EXPECT_EQ(share_row({far}, 10).verdict, Verdict::kInconclusive);
  EXPECT_EQ(share_row({far}, 0).verdict, Verdict::kInconclusive);
  const double near = truth > 0.5 ? truth - 0.1 : truth + 0.1;
  EXPECT_EQ(share_row({near}, 364).verdict, Verdict::kInconclusive);
}

// Fault: then a true profiler of few samples is blamed, the oftener the fewer.
// Pass: of n = 1 to 80 samples the probability that a row of +-0.5 point fails, summed exactly over
// all counts that a true profiler can show, is at most 1e-6.
TEST(FunctionShares, ATrueProfilerOfFewSamplesIsNotBlamed) {
  for (const int samples : {1, 5, 20, 80}) {
    double blamed = 0;
    for (int count = 0; count <= samples; ++count) {
      const FunctionRow row = share_row({1.0 * count / samples}, samples, 0.5);
      if (row.verdict != Verdict::kFail) continue;
      const double p = row.truth_share;
      blamed += std::exp(std::lgamma(samples + 1) - std::lgamma(count + 1) -
                         std::lgamma(samples - count + 1) + count * std::log(p) +
                         (samples - count) * std::log1p(-p));
    }
    EXPECT_LE(blamed, 1e-6) << samples << " samples";
    EXPECT_TRUE(samples < 80 || blamed > 0) << "nothing ever fails";
  }
}

// Fault: a sampler in step with the work is wrong in another direction each time, and right as the
// runs are taken together.
// Seen in: gperftools (harness/README.md: within 3 points pooled, 16 points off in each run).
// Pass: two runs that are off by 16 points either way fail, though their sum is true; by 6 points,
// which chance explains, they pass.
TEST(FunctionShares, FailByARunThatIsWrongByItself) {
  const double truth = share_row({0.5}, 2'000).truth_share;
  const FunctionRow apart = share_row({truth - 0.16, truth + 0.16}, 2'000);
  EXPECT_NEAR(apart.attributed_share, truth, 1e-6);
  EXPECT_EQ(apart.verdict, Verdict::kFail);
  EXPECT_EQ(apart.reason, "too far off for chance in 2 of 2 runs");
  EXPECT_EQ(share_row({truth - 0.06, truth + 0.06}, 2'000).verdict, Verdict::kPass);
}

}  // namespace
}  // namespace plumbline::harness

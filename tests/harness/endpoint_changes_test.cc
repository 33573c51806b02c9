// Endpoints then and now: ranks, and what counts as a regression.
#include "harness/comparison/endpoint_changes.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "harness/statistics/mann_whitney.h"

namespace plumbline::harness {
namespace {

// Values of scipy.stats.mannwhitneyu(b, a, method="asymptotic").
TEST(MannWhitney, AgreesWithScipy) {
  const std::vector<double> a = {1, 2, 2, 3, 5, 5, 5, 8, 9, 10};
  const std::vector<double> b = {2, 4, 5, 5, 6, 7, 8, 8, 11, 12, 13};
  const RankTest test = mann_whitney(a, b);
  EXPECT_NEAR(test.superiority, 76 / 110.0, 1e-12);
  EXPECT_NEAR(test.p_more, 0.07257591870102588, 1e-9);
  EXPECT_NEAR(test.p_less, 0.9367360918696993, 1e-9);
  const RankTest apart =
      mann_whitney(std::vector<double>{1, 2, 3, 4, 5}, std::vector<double>{6, 7, 8, 9, 10});
  EXPECT_EQ(apart.superiority, 1);
  EXPECT_NEAR(apart.p_more, 0.006092890177672406, 1e-9);
}

TEST(MannWhitney, NothingFollowsFromNothing) {
  const std::vector<double> same(20, 7.0), none;
  for (const RankTest& test : {mann_whitney(same, same), mann_whitney(none, same)}) {
    EXPECT_EQ(test.superiority, 0.5);
    EXPECT_EQ(test.p_more, 1);
    EXPECT_EQ(test.p_less, 1);
  }
}

class EndpointChanges : public testing::Test {
 protected:
  // Requests of about 10 ms: 4 CPU, 2 lock, 3 socket, 1 run queue, each scattered by 20 %.
  EndpointSample sample(const std::string& name, std::size_t requests, double cpu_factor = 1) {
    std::lognormal_distribution<double> scatter(0, 0.2);
    EndpointSample sample;
    sample.name = name;
    for (std::size_t i = 0; i < requests; ++i) {
      RequestFigures figures{};
      figures[1] = 4e6 * scatter(random_) * cpu_factor;
      figures[2] = 2e6 * scatter(random_);
      figures[5] = 3e6 * scatter(random_);
      figures[6] = 1e6 * scatter(random_);
      for (std::size_t at = 1; at < figures.size(); ++at) figures[0] += figures[at];
      sample.wall_ns += figures[0];
      sample.requests.push_back(figures);
    }
    return sample;
  }

  std::mt19937_64 random_{20261123};
};

// Fault: a regression is not seen, or every endpoint is said to have one.
// Pass: of ten endpoints the one whose CPU grew by a quarter regressed, by its CPU.
TEST_F(EndpointChanges, TheEndpointThatGotDearerIsFound) {
  std::vector<EndpointSample> then, now;
  for (int i = 0; i < 10; ++i) {
    then.push_back(sample("GET /" + std::to_string(i), 100));
    now.push_back(sample("GET /" + std::to_string(i), 100, i == 3 ? 1.25 : 1));
  }
  const std::vector<EndpointChange> changes = endpoint_changes(then, now, {});
  ASSERT_EQ(changes.size(), 10u);
  EXPECT_EQ(changes[0].name, "GET /3");
  EXPECT_EQ(changes[0].verdict, EndpointVerdict::kRegressed);
  const FigureChange& cpu = changes[0].figures[1];
  EXPECT_EQ(cpu.figure, "cpu");
  EXPECT_EQ(cpu.verdict, FigureVerdict::kWorse);
  EXPECT_GT(cpu.superiority, 0.7);
  EXPECT_NE(cpu.effect, Effect::kNegligible);
  EXPECT_LT(cpu.change_95_ns.lo, 1e6);
  EXPECT_GT(cpu.change_95_ns.hi, 1e6);
  for (std::size_t i = 1; i < changes.size(); ++i) {
    EXPECT_EQ(changes[i].verdict, EndpointVerdict::kNoChangeShown) << changes[i].name;
  }
  EXPECT_EQ(endpoint_changes(now, then, {})[0].verdict, EndpointVerdict::kImproved);
}

// Fault: noise is called a regression (many endpoints times eight figures, each tested).
// Pass: of 500 comparisons of ten endpoints without a change at most 20 name any. By the procedure
// each does with a probability of at most 1 %: 21 or more of 500 have one of 6e-8. Seed 20261123.
TEST_F(EndpointChanges, NoiseIsNoRegression) {
  ChangeOptions options;
  options.least_change_percent = 0;  // which alone would hide it
  int named = 0;
  for (int comparison = 0; comparison < 500; ++comparison) {
    std::vector<EndpointSample> then, now;
    for (int i = 0; i < 10; ++i) {
      then.push_back(sample(std::to_string(i), 40));
      now.push_back(sample(std::to_string(i), 40));
    }
    const std::vector<EndpointChange> changes = endpoint_changes(then, now, options);
    named += changes[0].verdict != EndpointVerdict::kNoChangeShown ? 1 : 0;
  }
  std::printf("seed 20261123: %d of 500 comparisons name an endpoint without a change\n", named);
  EXPECT_LE(named, 20);
}

// Fault: of many requests any drift of the machine is significant. Pass: 2 % is not, 10 % is.
TEST_F(EndpointChanges, ASmallDriftOfManyRequestsIsNoRegression) {
  const auto verdict = [&](double factor) {
    return endpoint_changes({sample("a", 20'000)}, {sample("a", 20'000, factor)}, {})[0].verdict;
  };
  EXPECT_EQ(verdict(1.05), EndpointVerdict::kNoChangeShown);  // 2 % of the request
  EXPECT_EQ(verdict(1.25), EndpointVerdict::kRegressed);      // 10 %
}

TEST_F(EndpointChanges, NewGoneAndTooFewAreSaidSo) {
  const std::vector<EndpointSample> then = {sample("old", 50), sample("rare", 3)};
  const std::vector<EndpointSample> now = {sample("new", 50), sample("rare", 300)};
  const std::vector<EndpointChange> changes = endpoint_changes(then, now, {});
  ASSERT_EQ(changes.size(), 3u);
  EXPECT_EQ(changes[0].name, "new");
  EXPECT_EQ(changes[0].verdict, EndpointVerdict::kNew);
  EXPECT_GT(changes[0].wall_percent, 10);
  EXPECT_EQ(changes[1].verdict, EndpointVerdict::kTooFew);
  EXPECT_TRUE(changes[1].figures.empty());
  EXPECT_EQ(changes[2].verdict, EndpointVerdict::kGone);
}

// Fault: one stray value of seconds hides that all the others grew. Pass: ranks do not follow it.
TEST_F(EndpointChanges, AStrayValueHidesNothing) {
  EndpointSample then = sample("a", 60);
  then.requests[7][0] = then.requests[7][1] = 5e9;
  const EndpointChange change = endpoint_changes({then}, {sample("a", 60, 1.5)}, {})[0];
  EXPECT_EQ(change.verdict, EndpointVerdict::kRegressed);
}

}  // namespace
}  // namespace plumbline::harness

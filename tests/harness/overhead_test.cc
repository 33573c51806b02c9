// Overhead: from ledgers to costs, from rounds to rows, from rows to one answer.
#include <gtest/gtest.h>

#include <cmath>

#include "analysis/io/error.h"
#include "harness/overhead/fixed_work.h"
#include "harness/overhead/instructions.h"
#include "harness/overhead/overhead_report.h"
#include "harness/overhead/overhead_scoring.h"
#include "harness/overhead/regression.h"
#include "harness/overhead/slice_costs.h"
#include "harness/overhead/treatment.h"
#include "harness/scoring/gate.h"

namespace plumbline::harness {
namespace {

using workloads::LedgerKind;
using workloads::LedgerRecord;

LedgerRecord record(LedgerKind kind, std::int64_t wall_ns, std::int64_t cpu_ns,
                    std::int64_t release_ns) {
  LedgerRecord made{};
  made.kind = kind;
  made.t0_ns = 1'000;
  made.t1_ns = 1'000 + wall_ns;
  made.c1_ns = cpu_ns;
  made.release_ns = release_ns;
  made.step = kind == LedgerKind::kSpan ? 0 : 1;
  return made;
}

TEST(SliceCosts, AddUpWhatTheLedgerSays) {
  workloads::Ledger ledger;
  ledger.threads.resize(1);
  ledger.threads[0].cpu_ns = 950;
  ledger.threads[0].run_delay_ns = 40;
  ledger.threads[0].records = {
      record(LedgerKind::kCpu, 500, 450, 0),     record(LedgerKind::kCpu, 400, 350, 0),
      record(LedgerKind::kLock, 700, 20, 1'600), record(LedgerKind::kFile, 300, 30, 1'250),
      record(LedgerKind::kSocket, 200, 10, 0),  // did not block
      record(LedgerKind::kSpan, 2'500, 900, 0)};
  LedgerRecord child = record(LedgerKind::kSpan, 1'000, 0, 0);
  child.step = 2;
  ledger.threads[0].records.push_back(child);
  const SliceCosts costs = slice_costs(ledger);
  const auto of = [&](Measure measure) { return costs[static_cast<std::size_t>(measure)]; };
  EXPECT_EQ(of(Measure::kCpu), 800);
  EXPECT_EQ(of(Measure::kThreadCpu), 950);
  EXPECT_EQ(of(Measure::kLock), 700);
  EXPECT_EQ(of(Measure::kFile), 300);
  EXPECT_EQ(of(Measure::kSocket), 200);
  EXPECT_EQ(of(Measure::kWakeUp), 100 + 50);
  EXPECT_EQ(of(Measure::kWaitCpu), 60);
  EXPECT_EQ(of(Measure::kRunQueue), 40);
  EXPECT_EQ(of(Measure::kWall), 2'500);
}

// Rounds whose every measure is 1 s bare, and `ratio` of it under the profiler, give or take.
TreatedRounds rounds_of(const std::string& profiler, double ratio, int rounds) {
  TreatedRounds treated{profiler, 199, {}, {}};
  for (int round = 0; round < rounds; ++round) {
    SliceCosts bare{}, profiled{};
    bare.fill(1e9 * (1 + 0.05 * round));  // a machine that becomes slower and slower
    profiled.fill(bare[0] * (ratio + 0.001 * (round % 3 - 1)));
    treated.bare.push_back(bare);
    treated.profiled.push_back(profiled);
  }
  return treated;
}

std::vector<OverheadRow> scored(double ratio, std::optional<double> limit, int rounds = 20) {
  return score_overhead({rounds_of("plumbline", ratio, rounds)}, {"fixed_work", limit, 0.95, 1});
}

TEST(OverheadScoring, ARowForEachMeasure) {
  const std::vector<OverheadRow> rows = scored(1.03, {});
  ASSERT_EQ(rows.size(), kMeasureCount);
  EXPECT_EQ(rows[0].measure, "cpu");
  EXPECT_NEAR(rows[0].ratio, 1.03, 1e-9);
  EXPECT_LE(rows[0].ci95.lo, 1.03);
  EXPECT_GE(rows[0].ci95.hi, 1.03);
  EXPECT_LT(rows[0].ci95.hi - rows[0].ci95.lo, 0.003);  // the drift has cancelled
  EXPECT_EQ(rows[0].per_round.size(), 20U);
  EXPECT_GT(*rows[0].detectable, 0);
}

TEST(OverheadScoring, LimitGatesFixedCpuWorkUnderTheBuiltInProfilerAlone) {
  EXPECT_EQ(scored(1.03, 1.05)[0].verdict, Verdict::kPass);
  EXPECT_EQ(scored(1.03, 1.02)[0].verdict, Verdict::kFail);
  EXPECT_EQ(scored(1.03, 1.03)[0].verdict, Verdict::kInconclusive);
  EXPECT_EQ(scored(1.03, 1.02)[1].verdict, Verdict::kVacuous);
  EXPECT_FALSE(scored(1.03, 1.02)[1].limit);
  const std::vector<OverheadRow> peer =
      score_overhead({rounds_of("perf", 1.5, 20)}, {"fixed_work", 1.02, 0.95, 1});
  EXPECT_FALSE(peer[0].limit);
}

TEST(OverheadScoring, TooFewRoundsDecideNothing) {
  EXPECT_EQ(scored(1.00, 1.5, 5)[0].verdict, Verdict::kInconclusive);
  EXPECT_EQ(scored(9.00, 1.5, 5)[0].verdict, Verdict::kInconclusive);
}

TEST(OverheadScoring, AMeasureThatTheBareWorkDoesNotHaveIsSkipped) {
  TreatedRounds treated = rounds_of("plumbline", 1.03, 20);
  for (SliceCosts& bare : treated.bare) bare[static_cast<std::size_t>(Measure::kFile)] = 0;
  const std::vector<OverheadRow> rows = score_overhead({treated}, {"fixed_work", 1.05, 0.95, 1});
  EXPECT_EQ(rows[3].verdict, Verdict::kSkipped);
  EXPECT_TRUE(std::isnan(rows[3].ratio));
}

Summary summary_of_rows(std::vector<OverheadRow> rows) {
  Results results;
  results.overhead = std::move(rows);
  return summarize(results, "");
}

TEST(OverheadScoring, OneAnswer) {
  EXPECT_EQ(summary_of_rows(scored(1.03, 1.05)).exit_code, kExitOk);
  EXPECT_EQ(summary_of_rows(scored(1.03, 1.05)).pass, 1);
  EXPECT_EQ(summary_of_rows(scored(1.03, 1.02)).exit_code, kExitGateFailed);
  EXPECT_EQ(summary_of_rows(scored(1.03, 1.03)).exit_code, kExitInconclusive);
  EXPECT_EQ(summary_of_rows(scored(1.03, {})).exit_code, kExitOk);  // nothing was asked
}

TEST(OverheadReport, ShowsChangeIntervalAndLimit) {
  Results results;
  results.overhead = scored(1.03, 1.02);
  const std::string text = overhead_report(results, false);
  EXPECT_NE(text.find("plumbline 199 Hz"), std::string::npos);
  EXPECT_NE(text.find("+3.00"), std::string::npos);
  EXPECT_NE(text.find("fail (<= +2.00)"), std::string::npos);
  EXPECT_EQ(overhead_report(Results{}, false), "");
}

Results earlier(double ratio) {
  Results results;
  results.environment.cpu_model = "a CPU";
  results.environment.cpus = 2;
  results.overhead = scored(ratio, {});
  return results;
}

TEST(Regression, ComparesTheCostThenWithTheCostNow) {
  const Results then = earlier(1.03);
  const Baseline baseline = baseline_of(then, then.environment, 1.02);
  const auto verdict_at = [&](double ratio) {
    const std::vector<OverheadRow> changes = score_regression(scored(ratio, {}), baseline, 0.95, 1);
    EXPECT_EQ(changes.size(), 1U);
    EXPECT_NEAR(changes[0].ratio, ratio / 1.03, 1e-6);
    return changes[0].verdict;
  };
  EXPECT_EQ(verdict_at(1.03), Verdict::kPass);
  EXPECT_EQ(verdict_at(1.01), Verdict::kPass);
  EXPECT_EQ(verdict_at(1.08), Verdict::kFail);
}

TEST(Regression, RefusesAnotherMachineAndAResultWithoutOverhead) {
  Results then = earlier(1.03);
  Environment other = then.environment;
  other.cpu_model = "another CPU";
  EXPECT_THROW(baseline_of(then, other, 1.02), io::InputError);
  then.overhead.clear();
  EXPECT_THROW(baseline_of(then, then.environment, 1.02), io::InputError);
}

TEST(Treatment, AsksEachProfilerForItsRate) {
  const Launch sampled = built_in("/lib/p.so", 199).launch("/run/slice", workloads::Spec{});
  EXPECT_EQ(sampled.environment.at("LD_PRELOAD"), "/lib/p.so");
  EXPECT_EQ(sampled.environment.at("PLUMBLINE_OPTIONS"), "rate=199");
  EXPECT_EQ(built_in("/lib/p.so", 0)
                .launch("/run/slice", workloads::Spec{})
                .environment.at("PLUMBLINE_OPTIONS"),
            "clock=none");
  EXPECT_TRUE(bare_again().launch("/run/slice", workloads::Spec{}).environment.empty());
  EXPECT_THROW(peer("none", 199, Interruption()), io::InputError);
}

TEST(FixedWork, HasNoAmountOfCpuThatTimeDecides) {
  const workloads::Spec spec = fixed_work(3);
  EXPECT_EQ(workloads::request_count(spec), 3);
  EXPECT_EQ(spec.jitter_percent, 0);
  for (const workloads::Step* step : workloads::steps_by_number(spec.endpoints.front())) {
    if (step == nullptr || step->segment.kind != LedgerKind::kCpu || !step->span.empty()) continue;
    EXPECT_GT(step->segment.iterations, 0);
  }
}

TEST(Instructions, TotalIsReadFromCallgrindsFile) {
  EXPECT_EQ(callgrind_total("events: Ir\nsummary: 12\n\n\ntotals: 33013\n"), 33'013);
  EXPECT_EQ(callgrind_total("events: Ir\n"), -1);
  EXPECT_EQ(callgrind_total("\ntotals: x\n"), -1);
}

}  // namespace
}  // namespace plumbline::harness

// Two results compared: what is found, what is not, and how often by chance.
#include "harness/comparison/comparison.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <iostream>
#include <random>

#include "harness/comparison/comparison_report.h"
#include "tests/harness/hostile_results.h"

namespace plumbline::harness {
namespace {

constexpr std::uint64_t kSeed = 20261123;
constexpr double kTolerance = 1e6;

CellRow cell(const std::string& endpoint, const std::vector<double>& errors) {
  CellRow row;
  row.scenario = "s";
  row.profiler = "p";
  row.endpoint = endpoint;
  row.category = "socket";
  row.truth_lo_ns = row.truth_hi_ns = 100e6;
  row.blocked_waits = 20;
  row.tolerance_ns = kTolerance;
  row.verdict = Verdict::kPass;
  row.repeats = static_cast<std::int64_t>(errors.size());
  for (std::size_t i = 0; i < errors.size(); ++i) {
    row.per_run.push_back({"s/p/" + std::to_string(i), 100'000'000, 100'000'000,
                           100'000'000 + static_cast<std::int64_t>(errors[i])});
  }
  return row;
}

Results with_runs(Results results, std::size_t runs) {
  for (std::size_t i = 0; i < runs; ++i) {
    RunRow run;
    run.id = "s/p/" + std::to_string(i);
    run.seed = 100 + i;
    results.runs.push_back(run);
  }
  return results;
}

Results one_cell(const std::vector<double>& errors) {
  Results results;
  results.cells.push_back(cell("GET /a", errors));
  return with_runs(results, errors.size());
}

Comparison compare(const Results& a, const Results& b, const ComparisonOptions& options = {}) {
  return compare_results(a, b, options);
}

const std::vector<double> kSmall = {1e4, 2e4, 1.5e4, 1.2e4, 1.8e4};
const std::vector<double> kLarge = {6e5, 6.1e5, 5.9e5, 6.05e5, 5.95e5};

TEST(Comparison, FindsWhatGotWorseAndWhatGotBetter) {
  const Comparison worse = compare(one_cell(kSmall), one_cell(kLarge));
  ASSERT_EQ(worse.rows.size(), 1U);
  EXPECT_EQ(worse.rows[0].outcome, Change::kWorse);
  EXPECT_NEAR(worse.rows[0].change, 585e3, 1);
  EXPECT_GT(*worse.rows[0].effect_size, 10);
  EXPECT_EQ(worse.exit_code, 1);
  const Comparison better = compare(one_cell(kLarge), one_cell(kSmall));
  EXPECT_EQ(better.rows[0].outcome, Change::kBetter);
  EXPECT_EQ(better.exit_code, 0);
  const Comparison same = compare(one_cell(kSmall), one_cell(kSmall));
  EXPECT_EQ(same.rows[0].outcome, Change::kSame);
  EXPECT_EQ(same.exit_code, 0);
}

// Fault: a bias that changes its sign from +0.6 to -0.6 ms is called a change of 1.2.
// Pass: it is as far from the truth as it was.
TEST(Comparison, DistanceFromTheTruthHasNoSign) {
  std::vector<double> negative;
  for (const double error : kLarge) negative.push_back(-error);
  EXPECT_EQ(compare(one_cell(kLarge), one_cell(negative)).rows[0].outcome, Change::kSame);
}

// Fault: runs that hardly scatter make any change significant, however small.
// Pass: 8 us of a tolerance of 1 ms, at a scatter of 0.1 us, is no change; with --least-change 0 it
// is one.
TEST(Comparison, WhatIsTooSmallToMatterIsTheSame) {
  const std::vector<double> before = {1000, 1100, 900, 1050, 950};
  const std::vector<double> after = {9000, 9100, 8900, 9050, 8950};
  EXPECT_EQ(compare(one_cell(before), one_cell(after)).rows[0].outcome, Change::kSame);
  EXPECT_EQ(compare(one_cell(before), one_cell(after), {.least_change = 0}).rows[0].outcome,
            Change::kWorse);
}

TEST(Comparison, TooFewOrTooScatteredRunsLeaveItUndecided) {
  const Comparison one = compare(one_cell({1e4}), one_cell({6e5}));
  EXPECT_EQ(one.rows[0].outcome, Change::kUndecided);
  EXPECT_EQ(one.exit_code, 3);
  const Comparison wild =
      compare(one_cell({0, 3e6, 1e5, 4e6, 2e6}), one_cell({5e6, 1e5, 3e6, 0, 2e6}));
  EXPECT_EQ(wild.rows[0].outcome, Change::kUndecided);
  EXPECT_EQ(wild.exit_code, 3);
}

TEST(Comparison, UnfitMachinesAndOtherWorkloadsAreUndecided) {
  Results unfit = one_cell(kLarge);
  unfit.cells[0].reason = "machine unfit: 4 of 9 runs invalid, such as x";
  EXPECT_EQ(compare(one_cell(kSmall), unfit).rows[0].outcome, Change::kUndecided);
  Results longer = one_cell(kLarge);
  longer.cells[0].truth_lo_ns = longer.cells[0].truth_hi_ns = 200e6;
  EXPECT_EQ(compare(one_cell(kSmall), longer).rows[0].outcome, Change::kUndecided);
}

TEST(Comparison, RowsOfOneSideAreNamedAndKeepTheAnswerBackWhenTheyAreGone) {
  Results both = one_cell(kSmall);
  both.cells.push_back(cell("GET /b", kSmall));
  const Comparison gone = compare(both, one_cell(kSmall));
  EXPECT_EQ(gone.only_in_a, std::vector<std::string>{"cell of s, p: GET /b socket"});
  EXPECT_EQ(gone.exit_code, 3);
  EXPECT_EQ(compare(both, one_cell(kSmall), {.missing_allowed = true}).exit_code, 0);
  const Comparison added = compare(one_cell(kSmall), both);
  EXPECT_EQ(added.only_in_b, std::vector<std::string>{"cell of s, p: GET /b socket"});
  EXPECT_EQ(added.exit_code, 0);
  Results skipped = both;
  skipped.cells[1].verdict = Verdict::kSkipped;  // as good as not there
  EXPECT_EQ(compare(both, skipped).only_in_a.size(), 1U);
  EXPECT_EQ(compare(one_cell(kSmall), Results{}).exit_code, 3);
}

TEST(Comparison, VacuousCellsAndFunctionsKeepNoAnswerBack) {
  Results a = one_cell({1e4}), b = one_cell({6e5});
  a.cells[0].verdict = b.cells[0].verdict = Verdict::kVacuous;
  EXPECT_EQ(compare(a, b).exit_code, 0);
}

FunctionRow function(double attributed, double limit) {
  FunctionRow row;
  row.scenario = "s";
  row.profiler = "p";
  row.endpoint = "GET /a";
  row.function = "f";
  row.truth_share = 0.5;
  row.attributed_share = attributed;
  row.sampling_limit = limit;
  row.samples = 1e4;
  return row;
}

TEST(Comparison, FunctionsAreComparedByTheirSamplingLimit) {
  Results a = one_cell(kSmall), b = one_cell(kSmall);
  a.functions = {function(0.501, 0.005)};
  b.functions = {function(0.56, 0.005)};
  EXPECT_EQ(compare(a, b).rows[1].outcome, Change::kWorse);
  EXPECT_EQ(compare(a, b).exit_code, 1);
  b.functions = {function(0.51, 0.005)};
  EXPECT_NE(compare(a, b).rows[1].outcome, Change::kWorse);
  b.functions = {function(0.56, std::numeric_limits<double>::infinity())};
  EXPECT_EQ(compare(a, b).rows[1].outcome, Change::kUndecided);
  EXPECT_EQ(compare(a, b).exit_code, 0);  // functions inform
}

TEST(Comparison, LinksAndConservationAreComparedByTheirLimits) {
  Results a, b;
  LinkRow link;
  link.scenario = "s";
  link.profiler = "p";
  link.wrong_tolerance_pct = 0.1;
  link.none_tolerance_pct = 0.5;
  link.verdict = Verdict::kPass;
  ConservationRow conservation;
  conservation.scenario = "s";
  conservation.profiler = "p";
  conservation.residual_tolerance_pct = 0.1;
  conservation.other_tolerance_pct = 1;
  conservation.verdict = Verdict::kPass;
  a.links = b.links = {link};
  a.conservation = b.conservation = {conservation};
  EXPECT_EQ(compare(a, b).worse, 0);
  b.links[0].wrong_pct = 0.05;
  EXPECT_EQ(compare(a, b).worse, 0);
  b.links[0].wrong_pct = 0.11;
  b.conservation[0].tiling_error_ns = -1;
  const Comparison comparison = compare(a, b);
  EXPECT_EQ(comparison.worse, 2);
  EXPECT_EQ(compare(b, a).better, 2);
}

// Fault: the ledger's closure, which is the machine's, is compared with a limit that it has not.
// Seen in: two runs of the standard suite, 2 of 77 rows "worse".
TEST(Comparison, TheLedgersClosureIsNotCompared) {
  ConservationRow ledger;
  ledger.scenario = "s";
  ledger.profiler = kLedger;
  ledger.verdict = Verdict::kPass;
  Results a, b;
  ledger.residual_pct = 0.3;
  a.conservation = {ledger};
  ledger.residual_pct = 0.9;
  b.conservation = {ledger};
  EXPECT_EQ(compare(a, b).worse, 0);
  b.conservation[0].double_booked_ns = 5;
  EXPECT_EQ(compare(a, b).worse, 1);
}

// Many cells of a profiler that did not change, or that did in one of them.
struct Simulated {
  int alarms = 0, found = 0;
};

Simulated simulate(int trials, std::size_t runs, double shift, const ComparisonOptions& options) {
  std::mt19937_64 random(kSeed);
  std::normal_distribution<double> noise(0, 0.3 * kTolerance);
  Simulated simulated;
  for (int trial = 0; trial < trials; ++trial) {
    Results results[2];
    for (Results& each : results) {
      for (int i = 0; i < 27; ++i) {
        std::vector<double> errors;
        const bool shifted = i == 7 && &each == &results[1];
        for (std::size_t run = 0; run < runs; ++run) {
          errors.push_back(noise(random) + (shifted ? shift * kTolerance : 0));
        }
        each.cells.push_back(cell("GET /" + std::to_string(i), errors));
      }
      each = with_runs(each, runs);
    }
    const Comparison comparison = compare(results[0], results[1], options);
    bool alarm = false;
    for (const ComparedRow& row : comparison.rows) {
      if (row.outcome != Change::kWorse) continue;
      const bool right = row.endpoint == "GET /7" && shift > 0;
      alarm = alarm || !right;
      simulated.found += right ? 1 : 0;
    }
    simulated.alarms += alarm ? 1 : 0;
  }
  return simulated;
}

// n = 2,000 comparisons of 27 cells without a change, tested at no least change at all: at a false
// discovery rate of 5 % at most 2.5 % have one called worse (the rest: better). Bound: 5 deviations
// above, 50 + 35 (false alarm below 1e-6).
TEST(Comparison, FalseAlarmsAreAsRareAsPromised) {
  for (const std::size_t runs : {std::size_t{3}, std::size_t{10}}) {
    const int strict = simulate(2000, runs, 0, {.least_change = 0}).alarms;
    const int usual = simulate(2000, runs, 0, {}).alarms;
    std::cout << "seed " << kSeed << ": of 2000 comparisons of 27 cells of " << runs
              << " runs without a change " << strict << " alarms, with a least change of 10 % "
              << usual << "\n";
    EXPECT_LE(strict, 85);
    EXPECT_LE(usual, 85);
  }
}

// n = 500 with one cell of 27 shifted by a tolerance, 10 runs that scatter by 0.3 of it. The same
// in scipy (ttest_ind, unequal variances) finds 472. Bound: less 5 deviations of 5.1 (false alarm
// below 1e-6).
TEST(Comparison, AShiftByOneToleranceIsFound) {
  const Simulated simulated = simulate(500, 10, 1, {});
  std::cout << "seed " << kSeed << ": " << simulated.found << " of 500 shifts found, "
            << simulated.alarms << " with a false alarm beside it\n";
  EXPECT_GE(simulated.found, 446);
  EXPECT_LE(simulated.alarms, 60);
}

TEST(Comparison, HostileNamesReachNoTerminal) {
  const Results hostile = testing::hostile_results();
  const Comparison comparison = compare(hostile, hostile, {.least_change = 0});
  const std::string text = comparison_text(comparison, true, false);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\x07'), std::string::npos);
}

}  // namespace
}  // namespace plumbline::harness

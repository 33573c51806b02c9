// The self-test: mutations of runs that never happened, and what it all amounts to.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "harness/profilers/plumbline_profile.h"
#include "harness/selftest/clean_runs.h"
#include "harness/selftest/mutation.h"
#include "harness/selftest/mutation_check.h"
#include "harness/selftest/selftest_report.h"
#include "tests/harness/synthetic_run.h"

namespace plumbline::harness {
namespace {

using format::Category;
using testing::SyntheticRun;

std::size_t index_of(Category category) { return static_cast<std::size_t>(category); }

std::vector<UnscoredRun> unscored_runs(std::int64_t count) {
  std::vector<UnscoredRun> runs;
  for (std::int64_t repeat = 1; repeat <= count; ++repeat) {
    SyntheticRun run = testing::synthetic_run(static_cast<std::uint64_t>(repeat));
    const ScoredRun scored = testing::scored(run, repeat);
    Profile profile = plumbline_profile(run.recording, run.partition);
    runs.push_back({scored.row, std::move(run.ledger), std::move(profile), 0});
  }
  return runs;
}

Profile small_profile() {
  Profile profile;
  EndpointProfile& endpoint = profile.endpoints["GET /a"];
  endpoint.time.category[index_of(Category::kCpu)] = 1000;
  endpoint.time.category[index_of(Category::kFile)] = 300;
  ReportedSegment segment{10'000, 11'300, 7, {}};
  segment.parts = endpoint.time;
  profile.threads[42] = {segment};
  return profile;
}

std::int64_t ns_of(const Profile& profile, Category category) {
  return profile.endpoints.at("GET /a").time.category[index_of(category)];
}

std::int64_t segment_ns_of(const Profile& profile, Category category) {
  return profile.threads.at(42).front().parts.category[index_of(category)];
}

TEST(Mutations, SwapDropScaleAndShiftDoWhatTheySay) {
  Mutation swap;
  swap.kind = MutationKind::kSwap;
  swap.first = Category::kCpu;
  swap.second = Category::kFile;
  const Profile swapped = mutated(small_profile(), swap);
  EXPECT_EQ(ns_of(swapped, Category::kCpu), 300);
  EXPECT_EQ(segment_ns_of(swapped, Category::kFile), 1000);

  Mutation drop;
  drop.kind = MutationKind::kDrop;
  drop.first = Category::kFile;
  drop.drop_pct = 10;
  const Profile dropped = mutated(small_profile(), drop);
  EXPECT_EQ(ns_of(dropped, Category::kFile), 270);
  EXPECT_EQ(segment_ns_of(dropped, Category::kFile), 270);
  EXPECT_EQ(ns_of(dropped, Category::kCpu), 1000);

  Mutation scale;
  scale.kind = MutationKind::kScale;
  scale.scale = 1.1;
  const Profile scaled = mutated(small_profile(), scale);
  EXPECT_EQ(ns_of(scaled, Category::kCpu), 1100);
  EXPECT_EQ(segment_ns_of(scaled, Category::kFile), 330);

  Mutation shift;
  shift.kind = MutationKind::kShift;
  shift.shift_ns = -500;
  const Profile shifted = mutated(small_profile(), shift);
  EXPECT_EQ(shifted.threads.at(42).front().begin_ns, 9500);
  EXPECT_EQ(shifted.threads.at(42).front().end_ns, 10'800);
  EXPECT_EQ(ns_of(shifted, Category::kCpu), 1000);
}

// Fault: a mutation is so small, or names rows so boldly, that a judge without fault misses it.
// Seen in: a first draft that asked for the tolerance alone and forgot the truth's own width.
// Pass: 400 mutations from a fresh seed, 100 of each kind: every one caught in every row that it
// names, and nothing fails without one. They are certain by construction: no false alarm.
TEST(Mutations, AreCaughtInEveryRowThatTheyName) {
  const std::uint64_t seed = std::random_device()();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  const MutationCheck check = check_mutations(unscored_runs(3), seed, 400);
  EXPECT_TRUE(check.clean_fails.empty()) << check.clean_fails.front();
  ASSERT_EQ(check.outcomes.size(), 400u);
  std::set<MutationKind> kinds;
  for (const MutationOutcome& outcome : check.outcomes) {
    kinds.insert(outcome.mutation.kind);
    EXPECT_FALSE(outcome.mutation.must_fail.empty()) << outcome.mutation.what();
    EXPECT_TRUE(outcome.caught()) << outcome.mutation.what() << " missed "
                                  << outcome.missed.front();
  }
  EXPECT_EQ(kinds.size(), kMutationKinds);
  EXPECT_TRUE(check.all_caught());
}

// Fault: an error of a size that no tolerance allows is asked for, and huge ones are drawn instead,
// which any judge sees. Pass: a drop or scale is at most six times what hides it in some row.
TEST(Mutations, AreNotMuchLargerThanWhatCouldHideThem) {
  const std::uint64_t seed = std::random_device()();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  for (const MutationOutcome& outcome : check_mutations(unscored_runs(3), seed, 200).outcomes) {
    const Mutation& mutation = outcome.mutation;
    // Tolerances are near 1 % where costs are long; 30 us on waits of some ms are below 3 %.
    if (mutation.kind == MutationKind::kDrop) {
      EXPECT_LT(mutation.drop_pct, 50) << mutation.what();
    }
    if (mutation.kind == MutationKind::kScale) {
      EXPECT_LT(std::abs(mutation.scale - 1), 0.25) << mutation.what();
    }
  }
}

TEST(Mutations, AreTheSameFromTheSameSeed) {
  const std::vector<UnscoredRun> runs = unscored_runs(3);
  const MutationCheck one = check_mutations(runs, 17, 8);
  const MutationCheck two = check_mutations(runs, 17, 8);
  ASSERT_EQ(one.outcomes.size(), 8u);
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(one.outcomes[i].mutation.what(), two.outcomes[i].mutation.what());
  }
  EXPECT_NE(check_mutations(runs, 18, 8).outcomes.front().mutation.what(),
            one.outcomes.front().mutation.what());
}

// Fault: the profiler is wrong as it is, and every mutation is "caught".
TEST(Mutations, ProveNothingWhenRowsFailWithoutThem) {
  std::vector<UnscoredRun> runs = unscored_runs(3);
  for (UnscoredRun& run : runs) {
    for (auto& [name, endpoint] : run.profile.endpoints) {
      endpoint.time.category[index_of(Category::kFile)] *= 2;
    }
  }
  SelfTest test;
  test.mutations = check_mutations(runs, 1, 4);
  EXPECT_FALSE(test.mutations->clean_fails.empty());
  EXPECT_FALSE(test.mutations->all_caught());
  EXPECT_EQ(exit_code_of(test), 1);
}

// Fault: fewer mutations were drawn than asked for, and "all of them" were caught.
TEST(Mutations, ThatCouldNotBeDrawnAreNotCaught) {
  SelfTest test;
  test.mutations = MutationCheck{1, 3, 4, "", {}, {}};
  EXPECT_FALSE(test.mutations->all_caught());
  EXPECT_EQ(exit_code_of(test), 3);
}

CellRow cell(std::string endpoint, Verdict verdict) {
  CellRow row;
  row.scenario = "standard";
  row.endpoint = std::move(endpoint);
  row.category = "file";
  row.verdict = verdict;
  return row;
}

// Fault: a table of the result is not looked at: what fails there is no alarm, and proves nothing.
TEST(FailingRows, AreOfEveryTableThatGates) {
  Results results;
  results.cells = {cell("GET /a", Verdict::kPass), cell("GET /b", Verdict::kFail)};
  results.links.resize(1);
  results.links.front().verdict = Verdict::kFail;
  results.conservation.resize(2);
  results.conservation.front().profiler = "plumbline";
  results.conservation.front().verdict = Verdict::kFail;
  results.conservation.back().profiler = kLedger;
  results.conservation.back().verdict = Verdict::kPass;
  EXPECT_EQ(failing_rows(results),
            (std::vector<std::string>{"file of GET /b", "links", "conservation of plumbline"}));
}

Results suite_of(MachineVerdict machine) {
  Results results;
  for (int run = 0; run < 10; ++run) {
    results.runs.emplace_back();
    results.runs.back().scenario = "standard";
    results.runs.back().machine = MachineVerdict::kOk;
  }
  results.runs.back().machine = results.runs.front().machine = machine;
  results.cells = {cell("GET /a", Verdict::kFail)};
  return results;
}

// Fault: rows fail in a run of the suite without any fault, and it counts as clean.
// Pass: it is a false alarm; where the machine was not fit, by the self-check of its standard runs
// (two of ten are not ok) or by the result itself, that is said.
TEST(CleanRuns, AreFalseAlarmsWhereARowFails) {
  const CleanRun fit = clean_run_of(suite_of(MachineVerdict::kOk));
  EXPECT_TRUE(fit.false_alarm());
  EXPECT_EQ(fit.failed, std::vector<std::string>{"file of GET /a"});
  EXPECT_EQ(fit.unfit, "");
  EXPECT_NE(clean_run_of(suite_of(MachineVerdict::kDegraded)).unfit, "");
  Results withdrawn = suite_of(MachineVerdict::kOk);
  withdrawn.summary.reason = "machine unfit: 4 of 10 runs invalid";
  EXPECT_EQ(clean_run_of(withdrawn).unfit, withdrawn.summary.reason);
}

SelfTest with_fault(const std::string& outcome) {
  SelfTest test;
  test.faults = {{"a", "standard", "caught", "", {}, {}, 1, 1},
                 {"b", "standard", outcome, "", {}, {}, 1, 1}};
  return test;
}

TEST(SelfTestExitCode, IsThatOfTheWorst) {
  EXPECT_EQ(exit_code_of(with_fault("caught")), 0);
  EXPECT_EQ(exit_code_of(with_fault("held")), 0);
  EXPECT_EQ(exit_code_of(with_fault("MISSED")), 1);
  EXPECT_EQ(exit_code_of(with_fault("not judged")), 3);
  EXPECT_EQ(exit_code_of(with_fault("skipped")), 0);
  SelfTest skipped = with_fault("skipped");
  skipped.faults.front().outcome = "skipped";
  EXPECT_EQ(exit_code_of(skipped), 77);
  EXPECT_EQ(exit_code_of(SelfTest{}), 77);
}

// An alarm counts where the machine was fit; where it was not, the run says nothing.
TEST(SelfTestExitCode, CountsFalseAlarmsOnAFitMachine) {
  SelfTest test;
  test.clean = {{0, "", "", {}}};
  EXPECT_EQ(exit_code_of(test), 0);
  test.clean.push_back({1, "", "2 of 10 runs were not ok", {"file of GET /a"}});
  EXPECT_EQ(exit_code_of(test), 3);
  test.clean.push_back({1, "gate failed", "", {"file of GET /a"}});
  EXPECT_EQ(exit_code_of(test), 1);
  EXPECT_NE(summary_of(test).find("1 false alarms in 2 clean runs on a fit machine; 1 in 1"),
            std::string::npos)
      << summary_of(test);
}

}  // namespace
}  // namespace plumbline::harness

// Links and confusion by overlap in time.
#include "harness/scoring/overlay.h"

#include <gtest/gtest.h>

#include "harness/profilers/plumbline_profile.h"
#include "tests/harness/synthetic_run.h"

namespace plumbline::harness {
namespace {

using format::Category;

std::size_t index_of(Category category) { return static_cast<std::size_t>(category); }

CategoryTimes times(std::initializer_list<std::pair<Category, double>> parts) {
  CategoryTimes times{};
  for (const auto& [category, ns] : parts) times[index_of(category)] = ns;
  return times;
}

Overlay overlay_of(const testing::SyntheticRun& run) {
  return overlay(run.ledger, plumbline_profile(run.recording, run.partition));
}

TEST(Confusion, WhatAgreesStaysOnTheDiagonal) {
  ConfusionMatrix matrix{};
  const CategoryTimes truth = times({{Category::kCpu, 10}, {Category::kLock, 90}});
  book_confusion(truth, truth, matrix);
  EXPECT_EQ(matrix[index_of(Category::kCpu)][index_of(Category::kCpu)], 10);
  EXPECT_EQ(matrix[index_of(Category::kLock)][index_of(Category::kLock)], 90);
}

TEST(Confusion, OnlyTheExcessIsMisbooked) {
  ConfusionMatrix matrix{};
  book_confusion(times({{Category::kCpu, 10}, {Category::kLock, 90}}),
                 times({{Category::kCpu, 10}, {Category::kLock, 60}, {Category::kRunQueue, 30}}),
                 matrix);
  EXPECT_EQ(matrix[index_of(Category::kLock)][index_of(Category::kLock)], 60);
  EXPECT_EQ(matrix[index_of(Category::kLock)][index_of(Category::kRunQueue)], 30);
  EXPECT_EQ(matrix[index_of(Category::kCpu)][index_of(Category::kRunQueue)], 0);
}

TEST(Confusion, WhatWasNotReportedHasItsOwnColumn) {
  ConfusionMatrix matrix{};
  book_confusion(times({{Category::kFile, 100}}), times({{Category::kFile, 70}}), matrix);
  EXPECT_EQ(matrix[index_of(Category::kFile)][kUnreported], 30);
}

TEST(Confusion, TooMuchReportedIsNotTrueTimeOfAnything) {
  ConfusionMatrix matrix{};
  book_confusion(times({{Category::kCpu, 50}}),
                 times({{Category::kCpu, 50}, {Category::kLock, 1000}}), matrix);
  double total = 0;
  for (const auto& row : matrix) {
    for (const double ns : row) total += ns;
  }
  EXPECT_EQ(total, 50);
}

// Two CPU segments in a row share one recorded segment; only the second was preempted.
TEST(Confusion, OfAPerfectProfilerIsDiagonal) {
  const Overlay seen = overlay_of(testing::synthetic_run(1, {.queue_ns_per_segment = 500'000}));
  for (std::size_t truth = 0; truth < seen.confusion.size(); ++truth) {
    for (std::size_t reported = 0; reported <= kUnreported; ++reported) {
      if (reported == truth) continue;
      EXPECT_EQ(seen.confusion[truth][reported], 0) << truth << " as " << reported;
    }
  }
}

TEST(Confusion, PreemptionInOneOfTwoCpuSegmentsIsNotConfusedWithTheOther) {
  workloads::Ledger ledger;
  workloads::LedgerThread& thread = ledger.threads.emplace_back();
  thread.tid = 1;
  thread.records.push_back({0, 0, 1, workloads::LedgerKind::kCpu, 0, 0, 100, 0, 100, 0, 1});
  thread.records.push_back({0, 0, 2, workloads::LedgerKind::kCpu, 0, 100, 300, 100, 200, 0, 1});
  Profile profile;
  ReportedSegment whole{0, 300, 7, {}};
  whole.parts.category[index_of(Category::kCpu)] = 200;
  whole.parts.category[index_of(Category::kRunQueue)] = 100;
  profile.threads[1] = {whole};
  const Overlay seen = overlay(ledger, profile);
  EXPECT_NEAR(seen.confusion[index_of(Category::kCpu)][index_of(Category::kCpu)], 200, 1e-9);
  EXPECT_NEAR(seen.confusion[index_of(Category::kCpu)][index_of(Category::kRunQueue)], 0, 1e-9);
}

TEST(Links, PerfectProfilerLinksEverythingToItsOwner) {
  const Overlay seen = overlay_of(testing::synthetic_run(1));
  EXPECT_GT(seen.links.right_ns, 0);
  EXPECT_EQ(seen.links.wrong_ns, 0);
  EXPECT_EQ(seen.links.none_ns, 0);
}

TEST(Links, TimeOfANestedSpanGivenToItsParentIsWrong) {
  testing::SyntheticRun run = testing::synthetic_run(1);
  std::int64_t moved_ns = 0;
  for (analysis::Segment& segment : run.partition.segments) {
    if (segment.span == analysis::kNone) continue;
    const analysis::Index root = run.recording.spans.root[segment.span];
    if (root == segment.span) continue;
    moved_ns += segment.end_ns - segment.begin_ns;
    segment.span = root;
  }
  const Overlay seen = overlay_of(run);
  // The 400 ns edges between segments are nobody's in the ledger.
  EXPECT_EQ(seen.links.wrong_ns, moved_ns - 40 * 3 * 400);
  EXPECT_EQ(seen.links.none_ns, 0);
}

TEST(Links, ThreadThatWasNotRecordedIsLinkedToNothing) {
  testing::SyntheticRun run = testing::synthetic_run(1);
  run.recording.threads.tid[0] = 1;
  const Overlay seen = overlay_of(run);
  EXPECT_GT(seen.links.none_ns, 0);
  EXPECT_EQ(seen.links.right_ns + seen.links.wrong_ns, 0);
  EXPECT_GT(seen.confusion[index_of(Category::kFile)][kUnreported], 0);
}

TEST(Links, RecordingShiftedByAMillisecondLinksWrongly) {
  testing::SyntheticRun run = testing::synthetic_run(1);
  for (analysis::Segment& segment : run.partition.segments) {
    segment.begin_ns += 1'000'000;
    segment.end_ns += 1'000'000;
  }
  const Overlay seen = overlay_of(run);
  EXPECT_GT(seen.links.wrong_ns + seen.links.none_ns, seen.links.total_ns() / 100);
}

}  // namespace
}  // namespace plumbline::harness

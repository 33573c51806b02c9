#include "analysis/attribution/partition.h"

#include <gtest/gtest.h>

#include "analysis/recording/reader.h"
#include "tests/analysis/recording_builder.h"

namespace plumbline::analysis {
namespace {

using format::Category;
using format::OtherReason;
using test::RecordingBuilder;

// A recording and its partition. Every test ends with the laws that always hold.
class PartitionTest : public testing::Test {
 protected:
  RecordingBuilder& thread() { return builder_.thread(1, 100); }

  const Partition& partition() {
    recording_ = read_recording(builder_.bytes(), "test.plumb");
    partition_ = partition_time(recording_);
    EXPECT_EQ(recording_.report.rejected_records, 0u);
    EXPECT_EQ(partition_.conservation.tiling_error_ns, 0);
    for (const Segment& segment : partition_.segments) {
      EXPECT_EQ(segment.parts.wall_ns(), segment.end_ns - segment.begin_ns);
    }
    return partition_;
  }

  Index row_of(std::uint64_t span_id) const {
    for (Index row = 0; row < recording_.spans.size(); ++row) {
      if (recording_.spans.span_id[row] == span_id) return row;
    }
    return kNone;
  }

  static std::int64_t in(const TimeParts& parts, Category category) {
    return parts.category[static_cast<std::size_t>(category)];
  }
  static std::int64_t in(const TimeParts& parts, OtherReason reason) {
    return parts.other[static_cast<std::size_t>(reason)];
  }

  RecordingBuilder builder_;
  Recording recording_;
  Partition partition_;
};

TEST_F(PartitionTest, RunningTimeBelongsToTheInnermostSpan) {
  thread().thread_start({.wall = 1000}).scope({.wall = 1100, .cpu = 100}, 1);
  builder_.scope({.wall = 1300, .cpu = 300}, 2).scope({.wall = 1600, .cpu = 600}, 1);
  builder_.scope({.wall = 2000, .cpu = 1000}, 0).thread_end({.wall = 2500, .cpu = 1500});
  const Partition& result = partition();
  EXPECT_EQ(in(result.span_self[row_of(1)], Category::kCpu), 200 + 400);
  EXPECT_EQ(in(result.span_self[row_of(2)], Category::kCpu), 300);
  EXPECT_EQ(in(result.no_span, Category::kCpu), 100 + 500);
  EXPECT_EQ(result.conservation.thread_life_ns, 1500);
  EXPECT_EQ(result.conservation.residual_abs_ns, 0);
  EXPECT_EQ(result.segments.size(), 5u);
}

TEST_F(PartitionTest, AWaitIsDividedIntoCpuRunQueueAndItsCategory) {
  thread().thread_start({.wall = 0}).scope({.wall = 0}, 1);
  builder_.wait({.begin = {.wall = 100, .cpu = 100},
                 .end = {.wall = 1000, .cpu = 130, .run_delay = 70, .switches = 1},
                 .span = 1,
                 .category = Category::kSocket});
  builder_.scope({.wall = 1000, .cpu = 130, .run_delay = 70, .switches = 1}, 0);
  const Partition& result = partition();
  const TimeParts& self = result.span_self[row_of(1)];
  EXPECT_EQ(in(self, Category::kCpu), 130);
  EXPECT_EQ(in(self, Category::kRunQueue), 70);
  EXPECT_EQ(in(self, Category::kSocket), 800);
  EXPECT_EQ(self.residual_ns, 0);
  EXPECT_EQ(result.conservation.waits, 1u);
  EXPECT_EQ(result.conservation.owner_mismatches, 0u);
}

TEST_F(PartitionTest, TheRestOfAWaitIsItsOwnEvenBelowZero) {
  thread().thread_start({.wall = 0});
  builder_.wait({.begin = {.wall = 0}, .end = {.wall = 100, .cpu = 90, .run_delay = 15}});
  const Partition& result = partition();
  EXPECT_EQ(in(result.no_span, Category::kLock), -5);
  EXPECT_EQ(result.no_span.residual_ns, 0);
}

TEST_F(PartitionTest, RunQueueIsWhatTheKernelCounted) {
  thread().thread_start({.wall = 0}).thread_end({.wall = 100, .cpu = 60, .run_delay = 40});
  const Partition& result = partition();
  EXPECT_EQ(in(result.no_span, Category::kRunQueue), 40);
  EXPECT_EQ(result.no_span.residual_ns, 0);
}

TEST_F(PartitionTest, BlockedTimeOutsideEveryHookIsUninstrumented) {
  thread().thread_start({.wall = 0}).thread_end({.wall = 100, .cpu = 30, .switches = 2});
  const Partition& result = partition();
  EXPECT_EQ(in(result.no_span, OtherReason::kUninstrumentedWait), 70);
  EXPECT_EQ(in(result.no_span, Category::kOther), 70);
}

TEST_F(PartitionTest, WithoutAVoluntarySwitchTheRestIsASignedResidual) {
  thread().thread_start({.wall = 0}).scope({.wall = 100, .cpu = 97}, 1);
  builder_.scope({.wall = 200, .cpu = 205}, 0);
  const Partition& result = partition();
  EXPECT_EQ(result.no_span.residual_ns, 3);
  EXPECT_EQ(result.span_self[row_of(1)].residual_ns, -8);
  EXPECT_EQ(result.conservation.residual_ns, -5);
  EXPECT_EQ(result.conservation.residual_abs_ns, 11);
}

TEST_F(PartitionTest, ANegativeRestIsResidualEvenWithASwitch) {
  thread().thread_start({.wall = 0}).thread_end({.wall = 100, .cpu = 101, .switches = 1});
  const Partition& result = partition();
  EXPECT_EQ(result.no_span.residual_ns, -1);
  EXPECT_EQ(in(result.no_span, Category::kOther), 0);
}

TEST_F(PartitionTest, SwitchesThatMajorFaultsExplainAreMajorFaults) {
  thread().thread_start({.wall = 0});
  builder_.scope({.wall = 100, .cpu = 10, .switches = 2, .faults = 2}, 1);
  // One switch more than faults: something else blocked too.
  builder_.scope({.wall = 200, .cpu = 20, .switches = 5, .faults = 4}, 0);
  const Partition& result = partition();
  EXPECT_EQ(in(result.no_span, OtherReason::kMajorFault), 90);
  EXPECT_EQ(in(result.span_self[row_of(1)], OtherReason::kUninstrumentedWait), 90);
  EXPECT_EQ(in(result.span_self[row_of(1)], OtherReason::kMajorFault), 0);
}

TEST_F(PartitionTest, StolenTimeIsTakenOutOfCpu) {
  thread().thread_start({.wall = 0}).scope({.wall = 0}, 1);
  builder_.scope({.wall = 100, .cpu = 100, .stolen = 30}, 0);
  const TimeParts& self = partition().span_self[row_of(1)];
  EXPECT_EQ(in(self, Category::kCpu), 70);
  EXPECT_EQ(in(self, OtherReason::kStoppedOrStolen), 30);
  EXPECT_EQ(self.residual_ns, 0);
}

TEST_F(PartitionTest, LostEventsHaveNoOwnerAndNoOtherName) {
  thread().thread_start({.wall = 0}).scope({.wall = 100, .cpu = 100}, 1);
  builder_.loss({.at = {.wall = 1000, .cpu = 400, .run_delay = 50, .switches = 9},
                 .span = 2,
                 .scopes = 3,
                 .waits = 4});
  builder_.scope({.wall = 1100, .cpu = 500, .run_delay = 50, .switches = 9}, 0);
  const Partition& result = partition();
  EXPECT_EQ(result.span_self[row_of(1)].wall_ns(), 0);
  EXPECT_EQ(in(result.no_span, Category::kCpu), 100 + 300);
  EXPECT_EQ(in(result.no_span, Category::kRunQueue), 50);
  EXPECT_EQ(in(result.no_span, OtherReason::kLost), 550);
  EXPECT_EQ(in(result.span_self[row_of(2)], Category::kCpu), 100);  // the loss says who is next
}

TEST_F(PartitionTest, LostSamplesLoseNoTime) {
  thread().thread_start({.wall = 0}).scope({.wall = 0}, 1);
  builder_.loss({.at = {.wall = 100, .cpu = 100}, .span = 1, .samples = 5});
  builder_.scope({.wall = 200, .cpu = 200}, 0);
  EXPECT_EQ(in(partition().span_self[row_of(1)], Category::kCpu), 200);
}

TEST_F(PartitionTest, AnOverlappingWaitIsNotBookedTwice) {
  thread().thread_start({.wall = 0});
  builder_.wait({.begin = {.wall = 100, .cpu = 100},
                 .end = {.wall = 500, .cpu = 100, .switches = 1},
                 .category = Category::kFile});
  // Began 300 before the first one ended.
  builder_.wait({.begin = {.wall = 200, .cpu = 100},
                 .end = {.wall = 900, .cpu = 150, .switches = 2},
                 .category = Category::kLock});
  const Partition& result = partition();
  EXPECT_EQ(in(result.no_span, Category::kFile), 400);
  EXPECT_EQ(in(result.no_span, Category::kLock), 350);
  EXPECT_EQ(in(result.no_span, Category::kCpu), 150);
  EXPECT_EQ(result.conservation.double_booked_ns, 300);
  EXPECT_EQ(result.conservation.thread_life_ns, 900);
}

TEST_F(PartitionTest, AWaitInsideBookedTimeIsNotBookedAtAll) {
  thread().thread_start({.wall = 0}).scope({.wall = 1000, .cpu = 1000}, 0);
  // Its CPU lies ahead all the same: nobody can say whose that is.
  builder_.wait({.begin = {.wall = 200, .cpu = 200}, .end = {.wall = 600, .cpu = 1200}});
  const Partition& result = partition();
  EXPECT_EQ(in(result.no_span, Category::kLock), 0);
  EXPECT_EQ(in(result.no_span, Category::kCpu), 1000);
  EXPECT_EQ(result.conservation.double_booked_ns, 400);
  EXPECT_EQ(result.conservation.backwards_ns, 0);
}

TEST_F(PartitionTest, ABackwardsEdgeTakesNoTimeButItsOwnerCounts) {
  thread().thread_start({.wall = 0}).scope({.wall = 500, .cpu = 500}, 1);
  builder_.scope({.wall = 400, .cpu = 400}, 2).scope({.wall = 700, .cpu = 700}, 0);
  const Partition& result = partition();
  EXPECT_EQ(result.conservation.backwards_ns, 100);
  EXPECT_EQ(result.span_self[row_of(1)].wall_ns(), 0);
  EXPECT_EQ(in(result.span_self[row_of(2)], Category::kCpu), 200);
  EXPECT_EQ(result.conservation.thread_life_ns, 700);
}

TEST_F(PartitionTest, ACounterThatGoesBackCountsFromItsHighestValue) {
  thread().thread_start({.wall = 0}).scope({.wall = 100, .cpu = 100}, 1);
  builder_.scope({.wall = 200, .cpu = 90}, 2).scope({.wall = 300, .cpu = 150}, 0);
  const Partition& result = partition();
  EXPECT_EQ(in(result.span_self[row_of(1)], Category::kCpu), 0);
  EXPECT_EQ(result.span_self[row_of(1)].residual_ns, 100);
  EXPECT_EQ(in(result.span_self[row_of(2)], Category::kCpu), 50);
}

TEST_F(PartitionTest, AWaitGoesToItsOwnSpanAndADifferenceIsCounted) {
  thread().thread_start({.wall = 0}).scope({.wall = 0}, 1);
  builder_.wait({.begin = {.wall = 0}, .end = {.wall = 100, .switches = 1}, .span = 9});
  builder_.scope({.wall = 100, .switches = 1}, 0);
  const Partition& result = partition();
  EXPECT_EQ(in(result.span_self[row_of(9)], Category::kLock), 100);
  EXPECT_EQ(result.conservation.owner_mismatches, 1u);
}

// Fault: SIGKILL while a thread waits. Pass: the wait up to the last flush is there, in its span.
TEST_F(PartitionTest, AnOpenWaitIsBookedUpToTheLastFlush) {
  thread().thread_start({.wall = 0}).scope({.wall = 100, .cpu = 100}, 1);
  builder_.thread_state_in_wait({.begin = {.wall = 200, .cpu = 200},
                                 .end = {.wall = 5200, .cpu = 210, .run_delay = 40},
                                 .span = 1,
                                 .category = Category::kSync});
  const Partition& result = partition();
  EXPECT_EQ(in(result.span_self[row_of(1)], Category::kSync), 4950);
  EXPECT_EQ(in(result.span_self[row_of(1)], Category::kCpu), 110);
  EXPECT_EQ(in(result.span_self[row_of(1)], Category::kRunQueue), 40);
  EXPECT_EQ(result.conservation.waits, 1u);
}

TEST_F(PartitionTest, AThreadThatIdledToTheEndWaitedUninstrumented) {
  // A look from outside does not know the voluntary switches.
  thread().thread_start({.wall = 0}).thread_state({.wall = 1000, .cpu = 10});
  const Partition& result = partition();
  EXPECT_EQ(in(result.no_span, OtherReason::kUninstrumentedWait), 990);
  EXPECT_EQ(result.conservation.residual_abs_ns, 0);
}

TEST_F(PartitionTest, AThreadWithoutAStartBeginsAtItsFirstEdge) {
  thread().wait({.begin = {.wall = 700, .cpu = 50, .switches = 3},
                 .end = {.wall = 900, .cpu = 60, .switches = 4}});
  const Partition& result = partition();
  EXPECT_EQ(result.conservation.thread_life_ns, 200);
  EXPECT_EQ(in(result.no_span, Category::kCpu), 10);
  EXPECT_EQ(in(result.no_span, Category::kLock), 190);
}

TEST_F(PartitionTest, CountersOf32BitsMayWrap) {
  thread().thread_start({.wall = 0, .switches = 0xFFFFFFFF});
  builder_.thread_end({.wall = 100, .cpu = 40, .switches = 0});
  EXPECT_EQ(in(partition().no_span, OtherReason::kUninstrumentedWait), 60);
}

TEST_F(PartitionTest, ThreadsAreTiledEachOnItsOwn) {
  thread().thread_start({.wall = 0}).scope({.wall = 50, .cpu = 50}, 1);
  builder_.thread_end({.wall = 100, .cpu = 100});
  builder_.thread(2, 200).thread_start({.wall = 1000, .cpu = 7});
  builder_.scope({.wall = 1010, .cpu = 17}, 1).thread_end({.wall = 1030, .cpu = 37});
  const Partition& result = partition();
  EXPECT_EQ(result.conservation.thread_life_ns, 130);
  EXPECT_EQ(in(result.span_self[row_of(1)], Category::kCpu), 70);
}

}  // namespace
}  // namespace plumbline::analysis

#include "analysis/attribution/endpoints.h"

#include <gtest/gtest.h>

#include "analysis/attribution/timeline.h"
#include "analysis/recording/reader.h"
#include "tests/analysis/recording_builder.h"

namespace plumbline::analysis {
namespace {

using format::Category;
using test::RecordingBuilder;

class EndpointsTest : public testing::Test {
 protected:
  const EndpointTable& endpoints() {
    recording_ = read_recording(builder_.bytes(), "test.plumb");
    EXPECT_EQ(recording_.report.rejected_records, 0u);
    partition_ = partition_time(recording_);
    table_ = endpoints_of(recording_, partition_);
    EXPECT_TRUE(check_totals(partition_, table_).agree());
    return table_;
  }

  const EndpointRow& row(std::string_view name) {
    for (const EndpointRow& row : table_.rows) {
      if (recording_.names[row.name] == name) return row;
    }
    ADD_FAILURE() << "no endpoint " << name;
    return table_.no_span;
  }

  static std::size_t at(Category category) { return static_cast<std::size_t>(category); }

  // A request of its own: a root that is active from `begin` to `end` on the open thread.
  void request(std::uint64_t id, std::uint32_t name, std::int64_t begin, std::int64_t end) {
    builder_.span_start({.id = id, .root = id, .start = begin, .name = name});
    builder_.scope({.wall = begin, .cpu = begin}, id).scope({.wall = end, .cpu = end}, 0);
    builder_.span_end(id, end);
  }

  RecordingBuilder builder_;
  Recording recording_;
  Partition partition_;
  EndpointTable table_;
};

TEST_F(EndpointsTest, SumsTheSpansOfEachEndpointsTraces) {
  builder_.name(1, "A").name(2, "B").name(3, "child").thread(1, 1).thread_start({.wall = 0});
  request(1, 1, 100, 200);
  request(2, 2, 300, 700);
  builder_.span_start({.id = 3, .root = 1, .parent = 1, .start = 150, .name = 3});
  builder_.scope({.wall = 800, .cpu = 800}, 3).scope({.wall = 850, .cpu = 850}, 0);
  const EndpointTable& table = endpoints();
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(row("A").time.category[at(Category::kCpu)], 100 + 50);
  EXPECT_EQ(row("A").requests, 1u);
  EXPECT_EQ(row("A").spans, 2u);
  EXPECT_EQ(row("B").time.category[at(Category::kCpu)], 400);
  EXPECT_EQ(table.no_span.time.category[at(Category::kCpu)], 100 + 100 + 100);
}

TEST_F(EndpointsTest, LatenciesAreOfTheRootsByNearestRank) {
  builder_.name(1, "A").thread(1, 1).thread_start({.wall = 0});
  std::int64_t now = 0;
  for (std::uint64_t i = 1; i <= 200; ++i) {
    const auto elapsed = static_cast<std::int64_t>(i);
    request(i, 1, now, now + elapsed);
    now += elapsed;
  }
  endpoints();
  EXPECT_EQ(row("A").percentile_ns(50), 100);
  EXPECT_EQ(row("A").percentile_ns(99), 198);
  EXPECT_EQ(row("A").elapsed_ns, 200 * 201 / 2);
}

TEST_F(EndpointsTest, TimeOnNoThreadIsWhatTheUnionOfAllThreadsLeaves) {
  builder_.name(1, "A").thread(1, 1).thread_start({.wall = 0});
  builder_.span_start({.id = 1, .root = 1, .start = 100, .name = 1});
  // This thread: 100-200 and 500-600. The other: 150-300, and 550-900, past the root's end.
  builder_.scope({.wall = 100, .cpu = 100}, 1).scope({.wall = 200, .cpu = 200}, 0);
  builder_.scope({.wall = 500, .cpu = 500}, 1).scope({.wall = 600, .cpu = 600}, 0);
  builder_.span_end(1, 700);
  builder_.thread(2, 2).thread_start({.wall = 0});
  builder_.span_start({.id = 2, .root = 1, .parent = 1, .start = 150, .name = 1});
  builder_.scope({.wall = 150, .cpu = 150}, 2).scope({.wall = 300, .cpu = 300}, 0);
  builder_.scope({.wall = 550, .cpu = 550}, 2).scope({.wall = 900, .cpu = 900}, 0);
  endpoints();
  EXPECT_EQ(row("A").elapsed_ns, 600);
  EXPECT_EQ(row("A").uncovered_ns, 200);  // 300-500
  EXPECT_EQ(row("A").time.wall_ns(), 100 + 100 + 150 + 350);
  const TimeParts all = row("A").time_and_uncovered();
  EXPECT_EQ(all.wall_ns(), 700 + 200);
  EXPECT_EQ(all.other[static_cast<std::size_t>(format::OtherReason::kNotOnAnyThread)], 200);
}

TEST_F(EndpointsTest, ARequestThatWasNeverActiveIsWhollyUncovered) {
  builder_.name(1, "A").thread(1, 1).thread_start({.wall = 0});
  builder_.span_start({.id = 1, .root = 1, .start = 100, .name = 1}).span_end(1, 350);
  endpoints();
  EXPECT_EQ(row("A").uncovered_ns, 250);
  EXPECT_EQ(row("A").time.wall_ns(), 0);
}

TEST_F(EndpointsTest, UnfinishedRequestsHaveTimeButNoLatency) {
  builder_.name(1, "A").thread(1, 1).thread_start({.wall = 0});
  builder_.span_start({.id = 1, .root = 1, .start = 100, .name = 1});
  builder_.scope({.wall = 100, .cpu = 100}, 1).thread_end({.wall = 400, .cpu = 400});
  endpoints();
  EXPECT_EQ(row("<unfinished>").requests, 0u);
  EXPECT_EQ(row("<unfinished>").time.category[at(Category::kCpu)], 300);
  EXPECT_EQ(row("<unfinished>").uncovered_ns, 0);
}

TEST_F(EndpointsTest, CountsWaitsCallsAndTheCpuInsideThem) {
  builder_.name(1, "A").thread(1, 1).thread_start({.wall = 0});
  builder_.span_start({.id = 1, .root = 1, .start = 0, .name = 1}).scope({.wall = 0}, 1);
  builder_.wait({.begin = {.wall = 10, .cpu = 10},
                 .end = {.wall = 110, .cpu = 14, .switches = 1},
                 .span = 1,
                 .category = Category::kLock});
  builder_.call_sums(1, Category::kLock, 7, 30, 20).call_sums(1, Category::kFile, 2, 5, 5);
  builder_.scope({.wall = 200, .cpu = 104, .switches = 1}, 0).span_end(1, 200);
  builder_.wait({.begin = {.wall = 200, .cpu = 104, .switches = 1},
                 .end = {.wall = 300, .cpu = 105, .switches = 2},
                 .category = Category::kSync});
  const EndpointTable& table = endpoints();
  EXPECT_EQ(row("A").blocked_waits[at(Category::kLock)], 1u);
  EXPECT_EQ(row("A").calls_without_blocking[at(Category::kLock)], 7u);
  EXPECT_EQ(row("A").calls_without_blocking[at(Category::kFile)], 2u);
  EXPECT_EQ(row("A").cpu_in_calls_ns[at(Category::kLock)], 4 + 20);
  EXPECT_EQ(row("A").cpu_in_calls_ns[at(Category::kFile)], 5);
  EXPECT_EQ(table.no_span.blocked_waits[at(Category::kSync)], 1u);
}

TEST_F(EndpointsTest, TheCheckNoticesADifferenceInAnyCategory) {
  builder_.name(1, "A").thread(1, 1).thread_start({.wall = 0});
  request(1, 1, 100, 200);
  EndpointTable wrong = endpoints();
  wrong.rows[0].time.category[at(Category::kCpu)] -= 1;
  wrong.rows[0].time.category[at(Category::kLock)] += 1;  // the same wall
  EXPECT_FALSE(check_totals(partition_, wrong).agree());
}

using TimelineTest = EndpointsTest;

TEST_F(TimelineTest, FindsTheSegmentsOfAStretch) {
  builder_.thread(1, 41).thread_start({.wall = 0});
  for (std::int64_t now = 100; now <= 1000; now += 100) {
    builder_.scope({.wall = now, .cpu = now}, static_cast<std::uint64_t>(now));
  }
  builder_.thread(2, 42).thread_start({.wall = 0}).thread_end({.wall = 50, .cpu = 50});
  endpoints();
  const Timeline timeline(recording_, partition_);
  EXPECT_EQ(timeline.of_thread(0).size(), 10u);
  const auto found = timeline.overlapping(0, 250, 401);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found.front().begin_ns, 200);
  EXPECT_EQ(found.back().end_ns, 500);
  EXPECT_EQ(overlap_ns(found.front(), 250, 401), 50);
  EXPECT_EQ(timeline.overlapping(0, 300, 400).size(), 1u);
  EXPECT_TRUE(timeline.overlapping(0, 1000, 2000).empty());
  EXPECT_TRUE(timeline.overlapping(7, 0, 10).empty());
}

TEST_F(TimelineTest, TellsReusedThreadIdsApartByTime) {
  builder_.thread(1, 42).thread_start({.wall = 0}).thread_end({.wall = 50, .cpu = 50});
  builder_.thread(2, 42).thread_start({.wall = 90}).thread_end({.wall = 150, .cpu = 50});
  endpoints();
  const Timeline timeline(recording_, partition_);
  EXPECT_EQ(timeline.thread_at(42, 20), 0u);
  EXPECT_EQ(timeline.thread_at(42, 100), 1u);
  EXPECT_EQ(timeline.thread_at(42, 70), kNone);
  EXPECT_EQ(timeline.thread_at(43, 20), kNone);
}

}  // namespace
}  // namespace plumbline::analysis

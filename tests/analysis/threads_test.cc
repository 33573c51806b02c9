#include "analysis/attribution/threads.h"

#include <gtest/gtest.h>

#include "analysis/recording/reader.h"
#include "tests/analysis/recording_builder.h"

namespace plumbline::analysis {
namespace {

using format::Category;

// Two threads: one computes, one waits 4 ms of its 10 ms and makes calls that do not block.
TEST(Threads, EachHasItsOwnTimeAndCalls) {
  test::RecordingBuilder builder;
  builder.thread(1, 71).thread_start({.wall = 0});
  builder.thread_end({.wall = 3'000'000, .cpu = 3'000'000});
  builder.thread(2, 72).thread_start({.wall = 0});
  builder.call_sums(0, Category::kFile, 5, 700, 600);
  builder.wait({.begin = {.wall = 2'000'000, .cpu = 2'000'000},
                .end = {.wall = 6'500'000, .cpu = 2'100'000, .run_delay = 400'000, .switches = 1},
                .category = Category::kFile});
  builder.thread_end({.wall = 10'000'000, .cpu = 5'600'000, .run_delay = 400'000, .switches = 1});
  const Recording recording = read_recording(builder.bytes(), "test.plumb");
  ASSERT_EQ(recording.report.rejected_records, 0u);
  const std::vector<ThreadRow> rows = threads_of(recording, partition_time(recording));
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].time.wall_ns(), 3'000'000);
  EXPECT_EQ(rows[0].time.category[index_of(Category::kCpu)], 3'000'000);
  EXPECT_EQ(rows[0].voluntary_switches, 0u);
  EXPECT_EQ(rows[1].voluntary_switches, 1u);
  EXPECT_EQ(rows[1].last_edge_ns - rows[1].first_edge_ns, 10'000'000);
  EXPECT_EQ(rows[1].time.wall_ns(), 10'000'000);
  EXPECT_EQ(rows[1].time.category[index_of(Category::kFile)], 4'000'000);
  EXPECT_EQ(rows[1].time.category[index_of(Category::kRunQueue)], 400'000);
  CallTotals all;
  for (const CallTotals& totals : rows[1].calls) {
    all.blocked += totals.blocked;
    all.not_blocked += totals.not_blocked;
    all.wall_ns += totals.wall_ns;
    all.cpu_ns += totals.cpu_ns;
  }
  EXPECT_EQ(all.blocked, 1u);
  EXPECT_EQ(all.not_blocked, 5u);
  EXPECT_EQ(all.wall_ns, 4'500'000 + 700);
  EXPECT_EQ(all.cpu_ns, 100'000 + 600);
}

}  // namespace
}  // namespace plumbline::analysis

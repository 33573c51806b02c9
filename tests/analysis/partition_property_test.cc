// The time partition on random threads: first on sound ones, whose time per span and category is
// known, then on ones whose edges lie anywhere.
//
// Streams are made by a seeded generator. No statistics: each law must hold in every round.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <random>

#include "analysis/attribution/endpoints.h"
#include "analysis/attribution/partition.h"
#include "analysis/attribution/tiling.h"
#include "analysis/recording/reader.h"
#include "tests/analysis/recording_builder.h"

namespace plumbline::analysis {
namespace {

using format::Category;
using format::OtherReason;
using test::EdgeValues;
using test::RecordingBuilder;

constexpr std::uint64_t kPartitionSeed = 20261122;
constexpr int kPartitionRounds = 300;
constexpr int kThreads = 3;
constexpr int kSteps = 120;
constexpr std::uint64_t kSpans = 6;

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::int64_t below(std::int64_t limit) {
    return std::uniform_int_distribution<std::int64_t>(0, limit - 1)(engine_);
  }
  bool one_in(std::int64_t chances) { return below(chances) == 0; }

 private:
  std::mt19937_64 engine_;
};

// A thread that lives as the rules say, and the books of what it did.
class SoundThread {
 public:
  SoundThread(RecordingBuilder& builder, Random& random, std::map<std::uint64_t, TimeParts>& truth)
      : builder_(builder), random_(random), truth_(truth) {
    now_.wall = random_.below(1'000'000);
    now_.cpu = random_.below(1'000'000);
    builder_.thread_start(now_);
  }

  void step() {
    switch (random_.below(6)) {
      case 0:
        return change_scope();
      case 1:
        return wait();
      case 2:
        return wait_unseen();
      case 3:
        return lose();
      default:
        return run();
    }
  }

  void end() {
    run();
    if (random_.one_in(2)) {
      builder_.thread_end(now_);
      return;
    }
    const EdgeValues begin = now_;
    const Category category = some_category();
    block(category, /*switches=*/0);
    builder_.thread_state_in_wait(
        {.begin = begin, .end = now_, .span = active_, .category = category});
  }

 private:
  TimeParts& books() { return truth_[active_]; }
  static std::int64_t& in(TimeParts& parts, Category category) {
    return parts.category[static_cast<std::size_t>(category)];
  }
  void book_other(OtherReason reason, std::int64_t ns) {
    books().other[static_cast<std::size_t>(reason)] += ns;
    in(books(), Category::kOther) += ns;
  }
  Category some_category() { return static_cast<Category>(1 + random_.below(4)); }

  void run() {
    const std::int64_t cpu = random_.below(5000);
    const std::int64_t run_delay = random_.one_in(3) ? random_.below(3000) : 0;
    const std::int64_t stolen = random_.one_in(10) ? random_.below(cpu + 1) : 0;
    now_.wall += cpu + run_delay;
    now_.cpu += cpu;
    now_.run_delay += run_delay;
    now_.stolen += stolen;
    in(books(), Category::kCpu) += cpu - stolen;
    in(books(), Category::kRunQueue) += run_delay;
    book_other(OtherReason::kStoppedOrStolen, stolen);
  }

  // Blocks for a while, with some CPU and run-queue time on the way in and out.
  void block(Category category, std::uint32_t switches) {
    run();
    const std::int64_t blocked = 1 + random_.below(9000);
    now_.wall += blocked;
    now_.switches += switches;
    in(books(), category) += blocked;
  }

  void wait() {
    const EdgeValues begin = now_;
    const Category category = some_category();
    block(category, 1);
    builder_.wait({.begin = begin, .end = now_, .span = active_, .category = category});
  }

  // Between two edges of its own, so that no hooked wait shares the stretch.
  void wait_unseen() {
    builder_.scope(now_, active_);
    run();
    const std::int64_t blocked = 1 + random_.below(9000);
    now_.wall += blocked;
    const bool fault = random_.one_in(4);
    now_.switches += 1;
    now_.faults += fault ? 1 : 0;
    book_other(fault ? OtherReason::kMajorFault : OtherReason::kUninstrumentedWait, blocked);
    builder_.scope(now_, active_);
  }

  void change_scope() {
    active_ = static_cast<std::uint64_t>(random_.below(kSpans + 1));
    builder_.scope(now_, active_);
  }

  void lose() {
    if (!random_.one_in(5)) return;
    builder_.scope(now_, active_);
    const std::uint64_t after = static_cast<std::uint64_t>(random_.below(kSpans + 1));
    active_ = 0;
    run();
    const std::int64_t blocked = 1 + random_.below(9000);
    now_.wall += blocked;
    now_.switches += 3;
    book_other(OtherReason::kLost, blocked);
    builder_.loss({.at = now_, .span = after, .scopes = 2, .waits = 1});
    active_ = after;
  }

  RecordingBuilder& builder_;
  Random& random_;
  std::map<std::uint64_t, TimeParts>& truth_;
  EdgeValues now_;
  std::uint64_t active_ = 0;
};

// Any edge at all, near the ones before.
class WildThread {
 public:
  WildThread(RecordingBuilder& builder, Random& random) : builder_(builder), random_(random) {}

  void step() {
    switch (random_.below(6)) {
      case 0:
        builder_.thread_start(somewhere());
        break;
      case 1:
        builder_.scope(somewhere(), some_span());
        break;
      case 2:
        builder_.loss({.at = somewhere(), .span = some_span(), .scopes = some_count()});
        break;
      case 3:
        builder_.thread_state(somewhere());
        break;
      default:
        wait();
        break;
    }
  }

 private:
  EdgeValues somewhere() {
    at_ = std::max<std::int64_t>(0, at_ + random_.below(2000) - 500);
    return {.wall = at_,
            .cpu = random_.below(at_ + 1),
            .run_delay = random_.below(2000),
            .stolen = random_.below(200),
            .switches = static_cast<std::uint32_t>(random_.below(1 << 20)),
            .faults = static_cast<std::uint32_t>(random_.below(50))};
  }
  std::uint64_t some_span() { return static_cast<std::uint64_t>(random_.below(kSpans + 1)); }
  std::uint32_t some_count() { return static_cast<std::uint32_t>(random_.below(2)); }

  void wait() {
    EdgeValues begin = somewhere(), end = somewhere();
    if (end.wall < begin.wall) std::swap(begin, end);
    builder_.wait({.begin = begin, .end = end, .span = some_span(), .category = Category::kFile});
  }

  RecordingBuilder& builder_;
  Random& random_;
  std::int64_t at_ = 10'000;
};

// The laws, worked out from the recording without the walk.
void expect_conserved(const Recording& recording, const Partition& partition) {
  std::vector<std::int64_t> first(recording.threads.size(), -1), last(first), sum(first.size(), 0);
  for (std::size_t thread = 0; thread < first.size(); ++thread) {
    for (const Event& event : recording.events[thread]) {
      if (first[thread] < 0) {
        first[thread] =
            event.wait == kNone ? event.edge.wall_ns : recording.waits.begin[event.wait].wall_ns;
        last[thread] = first[thread];
      }
      last[thread] = std::max(last[thread], event.edge.wall_ns);
    }
  }
  TimeParts by_thread, by_span = partition.no_span;
  for (const Segment& segment : partition.segments) {
    ASSERT_EQ(segment.parts.wall_ns(), segment.end_ns - segment.begin_ns);
    sum[segment.thread] += segment.end_ns - segment.begin_ns;
    by_thread += segment.parts;
  }
  for (std::size_t thread = 0; thread < first.size(); ++thread) {
    ASSERT_EQ(sum[thread], last[thread] - first[thread]) << "thread " << thread;
  }
  for (const TimeParts& self : partition.span_self) by_span += self;
  ASSERT_EQ(by_thread, by_span);
  ASSERT_EQ(partition.conservation.tiling_error_ns, 0);
  ASSERT_TRUE(check_totals(partition, endpoints_of(recording, partition)).agree());
}

TEST(PartitionProperty, SoundThreadsAreBookedExactly) {
  std::printf("seed %llu\n", static_cast<unsigned long long>(kPartitionSeed));
  for (int round = 0; round < kPartitionRounds; ++round) {
    Random random(kPartitionSeed + static_cast<std::uint64_t>(round));
    RecordingBuilder builder;
    std::map<std::uint64_t, TimeParts> truth;
    for (std::uint32_t thread = 1; thread <= kThreads; ++thread) {
      builder.thread(thread, static_cast<std::int32_t>(thread));
      SoundThread sound(builder, random, truth);
      for (int step = 0; step < kSteps; ++step) sound.step();
      sound.end();
    }
    const Recording recording = read_recording(builder.bytes(), "random.plumb");
    const Partition partition = partition_time(recording);
    SCOPED_TRACE(round);
    expect_conserved(recording, partition);
    EXPECT_EQ(partition.no_span, truth[0]);
    for (Index row = 0; row < recording.spans.size(); ++row) {
      ASSERT_EQ(partition.span_self[row], truth[recording.spans.span_id[row]]);
    }
    EXPECT_EQ(partition.conservation.residual_abs_ns, 0);
    EXPECT_EQ(partition.conservation.double_booked_ns, 0);
    EXPECT_EQ(partition.conservation.backwards_ns, 0);
    EXPECT_EQ(partition.conservation.owner_mismatches, 0u);
    if (HasFailure()) return;
  }
}

TEST(PartitionProperty, WildThreadsAreStillTiled) {
  std::printf("seed %llu\n", static_cast<unsigned long long>(kPartitionSeed));
  std::int64_t double_booked_ns = 0, backwards_ns = 0;
  for (int round = 0; round < kPartitionRounds; ++round) {
    Random random(kPartitionSeed + static_cast<std::uint64_t>(round));
    RecordingBuilder builder;
    for (std::uint32_t thread = 1; thread <= kThreads; ++thread) {
      builder.thread(thread, static_cast<std::int32_t>(thread));
      WildThread wild(builder, random);
      for (int step = 0; step < kSteps; ++step) wild.step();
    }
    const Recording recording = read_recording(builder.bytes(), "random.plumb");
    const Partition partition = partition_time(recording);
    SCOPED_TRACE(round);
    expect_conserved(recording, partition);
    if (HasFailure()) return;
    double_booked_ns += partition.conservation.double_booked_ns;
    backwards_ns += partition.conservation.backwards_ns;
  }
  EXPECT_GT(double_booked_ns, 0);  // the generator does reach the hard cases
  EXPECT_GT(backwards_ns, 0);
}

// The check itself must be able to fail.
TEST(Tiling, NoticesAGapAnOverlapAndAWrongSum) {
  RecordingBuilder builder;
  builder.thread(1, 1).thread_start({.wall = 0}).scope({.wall = 50, .cpu = 50}, 1);
  builder.thread_end({.wall = 100, .cpu = 100});
  const Recording recording = read_recording(builder.bytes(), "test.plumb");
  const std::vector<Segment> sound = partition_time(recording).segments;
  ASSERT_EQ(check_tiling(recording, sound).error_ns, 0);

  std::vector<Segment> shifted = sound;
  shifted[1].begin_ns += 10;
  EXPECT_GT(check_tiling(recording, shifted).error_ns, 0);
  shifted[1].begin_ns -= 20;
  EXPECT_GT(check_tiling(recording, shifted).error_ns, 0);

  std::vector<Segment> missing = sound;
  missing.pop_back();
  EXPECT_EQ(check_tiling(recording, missing).error_ns, 50);

  std::vector<Segment> wrong_sum = sound;
  wrong_sum[0].parts.category[0] += 7;
  EXPECT_EQ(check_tiling(recording, wrong_sum).error_ns, 7);

  std::vector<Segment> wrong_reason = sound;
  wrong_reason[0].parts.other[0] += 3;
  EXPECT_EQ(check_tiling(recording, wrong_reason).error_ns, 3);
}

}  // namespace
}  // namespace plumbline::analysis

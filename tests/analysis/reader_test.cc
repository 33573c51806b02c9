#include "analysis/recording/reader.h"

#include <gtest/gtest.h>

#include "analysis/recording/loss_account.h"
#include "tests/analysis/recording_builder.h"

namespace plumbline::analysis {
namespace {

using format::Category;
using test::RecordingBuilder;

Recording read(RecordingBuilder& builder) { return read_recording(builder.bytes(), "test.plumb"); }

TEST(Reader, FillsSpansThreadsAndNames) {
  RecordingBuilder builder;
  const Recording recording = read(builder.two_spans());
  ASSERT_EQ(recording.spans.size(), 2u);
  EXPECT_EQ(recording.names[recording.spans.name[0]], "GET /report");
  EXPECT_EQ(recording.names[recording.spans.name[1]], "query");
  EXPECT_EQ(recording.names[recording.spans.endpoint[1]], "GET /report");
  EXPECT_EQ(recording.spans.parent_span_id[1], 7u);
  EXPECT_EQ(recording.spans.root[1], 0u);
  EXPECT_EQ(recording.spans.start_ns[1], 1200);
  EXPECT_EQ(recording.spans.end_ns[1], 1300);
  ASSERT_EQ(recording.threads.size(), 1u);
  EXPECT_EQ(recording.threads.name[0], "worker");
  EXPECT_EQ(recording.threads.tid[0], 100);
  EXPECT_TRUE(recording.threads.ended[0]);
  EXPECT_EQ(recording.events[0].size(), 6u);
  EXPECT_TRUE(recording.report.intact);
  EXPECT_EQ(recording.report.records, 12u);
  EXPECT_EQ(recording.report.rejected_records, 0u);
  EXPECT_EQ(recording.header.pid, 4242);
  EXPECT_EQ(recording.recorded.scopes, 4u);
  EXPECT_EQ(recording.recorded.spans, 4u);
  EXPECT_EQ(recording.recorded.total(), 8u);
}

TEST(Reader, TheLastThreadNameWins) {
  RecordingBuilder builder;
  builder.thread(1, 1).thread_start({.wall = 1}, "main").thread_name("pool-7");
  EXPECT_EQ(read(builder).threads.name[0], "pool-7");
}

TEST(Reader, NamesMayFollowTheRecordsThatUseThem) {
  RecordingBuilder builder;
  builder.thread(1, 1).span_start({.id = 1, .root = 1, .name = 9}).process().name(9, "late");
  const Recording recording = read(builder);
  EXPECT_EQ(recording.names[recording.spans.name[0]], "late");
  EXPECT_EQ(recording.report.unresolved_names, 0u);
}

TEST(Reader, AMissingNameIsUnknownAndCounted) {
  RecordingBuilder builder;
  builder.thread(1, 1).span_start({.id = 1, .root = 1, .name = 9});
  const Recording recording = read(builder);
  EXPECT_EQ(recording.spans.name[0], kUnknownName);
  EXPECT_EQ(recording.report.unresolved_names, 1u);
}

TEST(Reader, EqualTextsShareOneNameRow) {
  RecordingBuilder builder;
  builder.name(1, "same").name(2, "same").thread(1, 1);
  builder.span_start({.id = 1, .root = 1, .name = 1}).span_start({.id = 2, .root = 2, .name = 2});
  const Recording recording = read(builder);
  EXPECT_EQ(recording.spans.name[0], recording.spans.name[1]);
}

TEST(Reader, TheLastEndpointNameWinsForTheWholeTrace) {
  RecordingBuilder builder;
  builder.two_spans().name(3, "first").name(4, "GET /{id}");
  builder.span_endpoint(7, 4, 60).span_endpoint(7, 3, 55);
  const Recording recording = read(builder);
  EXPECT_EQ(recording.names[recording.spans.endpoint[0]], "GET /{id}");
  EXPECT_EQ(recording.names[recording.spans.endpoint[1]], "GET /{id}");
  EXPECT_EQ(recording.names[recording.spans.name[0]], "GET /report");
}

TEST(Reader, ARootThatNeverEndedIsUnfinishedWhateverItsName) {
  RecordingBuilder builder;
  builder.name(1, "root").name(2, "named").thread(1, 1);
  builder.span_start({.id = 1, .root = 1, .name = 1}).span_endpoint(1, 2, 20);
  builder.span_start({.id = 2, .root = 1, .name = 1}).span_end(2, 5);
  const Recording recording = read(builder);
  EXPECT_EQ(recording.spans.endpoint[0], kUnfinishedName);
  EXPECT_EQ(recording.spans.endpoint[1], kUnfinishedName);
  EXPECT_EQ(recording.names[kUnfinishedName], "<unfinished>");
  EXPECT_EQ(recording.spans.end_ns[0], -1);
}

TEST(Reader, ASpanWhoseRootWasNotRecordedIsUnknown) {
  RecordingBuilder builder;
  builder.name(1, "child").thread(1, 1).span_start({.id = 2, .root = 1, .name = 1}).span_end(2, 9);
  const Recording recording = read(builder);
  EXPECT_EQ(recording.spans.root[0], kNone);
  EXPECT_EQ(recording.spans.endpoint[0], kUnknownName);
  EXPECT_EQ(recording.names[kUnknownName], "<unknown>");
}

TEST(Reader, ASpanMetWithoutItsStartKeepsItsTimeAndItsId) {
  RecordingBuilder builder;
  builder.thread(1, 1).thread_start({.wall = 1}).scope({.wall = 2}, 77);
  const Recording recording = read(builder);
  ASSERT_EQ(recording.spans.size(), 1u);
  EXPECT_EQ(recording.spans.span_id[0], 77u);
  EXPECT_EQ(recording.spans.start_ns[0], -1);
  EXPECT_EQ(recording.spans.endpoint[0], kUnknownName);
  EXPECT_EQ(recording.events[0][1].span, 0u);
  EXPECT_EQ(recording.report.unstarted_spans, 1u);
}

TEST(Reader, ASpanMayEndOnAnotherThreadWhoseBlockComesFirst) {
  RecordingBuilder builder;
  builder.thread(2, 2).span_endpoint(1, 5, 80).span_end(1, 90).thread(1, 1);
  builder.span_start({.id = 1, .root = 1, .start = 10, .name = 4}).name(5, "e").name(4, "n");
  const Recording recording = read(builder);
  ASSERT_EQ(recording.spans.size(), 1u);
  EXPECT_EQ(recording.spans.end_ns[0], 90);
  EXPECT_EQ(recording.names[recording.spans.endpoint[0]], "e");
}

TEST(Reader, OfTwoEndsTheEarlierCountsWhereverItStands) {
  RecordingBuilder builder;
  builder.thread(1, 1).span_start({.id = 1, .root = 1, .start = 10});
  builder.span_end(1, 90).span_end(1, 80).span_end(1, 85);
  const Recording recording = read(builder);
  EXPECT_EQ(recording.spans.end_ns[0], 80);
  EXPECT_EQ(recording.report.repeated_span_ends, 2u);
}

TEST(Reader, ASecondStartIsCountedAndIgnored) {
  RecordingBuilder builder;
  builder.thread(1, 1).span_start({.id = 1, .root = 1, .start = 10});
  builder.span_start({.id = 1, .root = 1, .start = 20});
  const Recording recording = read(builder);
  EXPECT_EQ(recording.spans.start_ns[0], 10);
  EXPECT_EQ(recording.report.repeated_span_starts, 1u);
}

TEST(Reader, ASpanThatEndedBeforeItStartedHasNoLength) {
  RecordingBuilder builder;
  builder.thread(1, 1).span_start({.id = 1, .root = 1, .start = 10}).span_end(1, 5);
  const Recording recording = read(builder);
  EXPECT_EQ(recording.spans.end_ns[0], 10);
  EXPECT_EQ(recording.report.backwards_spans, 1u);
}

TEST(Reader, WeighsSamplesByCpuOutsideHooks) {
  RecordingBuilder builder;
  builder.thread(1, 1).thread_start({.wall = 1, .cpu = 100});
  builder.sample({.wall = 2, .cpu = 150, .period = 40});
  builder.sample({.wall = 3, .cpu = 300, .hook_cpu = 30, .period = 50});
  const Recording recording = read(builder);
  ASSERT_EQ(recording.samples.size(), 2u);
  EXPECT_EQ(recording.samples.weight_ns[0], 50);
  EXPECT_EQ(recording.samples.weight_ns[1], 120);
  EXPECT_EQ(recording.samples.period_ns[1], 50);
}

TEST(Reader, ASampleInsideAHookLeavesItsWeightToTheNextOneOutside) {
  RecordingBuilder builder;
  builder.thread(1, 1).thread_start({.wall = 1, .cpu = 100});
  builder.sample({.wall = 2, .cpu = 140, .period = 40});
  // 10 outside, then in a call that has used 25 so far, which hook_cpu does not hold yet.
  builder.sample({.wall = 3, .cpu = 175, .period = 35, .in_hook = true});
  builder.sample({.wall = 4, .cpu = 220, .hook_cpu = 30, .period = 45});
  const Recording recording = read(builder);
  EXPECT_EQ(recording.samples.weight_ns[1], 0);
  EXPECT_TRUE(recording.samples.in_hook[1]);
  EXPECT_EQ(recording.samples.weight_ns[2], 50);
  EXPECT_EQ(recording.samples.period_ns[2], 80);
}

TEST(Reader, WeightsSumToTheSampledCpuWhenASampleGoesBack) {
  RecordingBuilder builder;
  builder.thread(1, 1).thread_start({.wall = 1, .cpu = 0});
  builder.sample({.wall = 2, .cpu = 100}).sample({.wall = 3, .cpu = 90});
  builder.sample({.wall = 4, .cpu = 130});
  const Recording recording = read(builder);
  EXPECT_EQ(recording.samples.weight_ns[1], 0);
  EXPECT_EQ(recording.samples.weight_ns[2], 30);
}

TEST(Reader, StoresEachStackOnce) {
  RecordingBuilder builder;
  builder.thread(1, 1).sample({.frames = {1, 2, 3}}).sample({.frames = {1, 2}});
  builder.sample({.frames = {1, 2, 3}}).wait({.begin = {1}, .end = {2}, .frames = {1, 2}});
  const Recording recording = read(builder);
  EXPECT_EQ(recording.stacks.size(), 2u);
  EXPECT_EQ(recording.stacks.frames, (std::vector<std::uint64_t>{1, 2, 3, 1, 2}));
  EXPECT_EQ(recording.stacks.first, (std::vector<std::uint64_t>{0, 3, 5}));
  EXPECT_EQ(recording.samples.stack, (std::vector<Index>{0, 1, 0}));
  EXPECT_EQ(recording.waits.stack[0], 1u);
}

TEST(Reader, FindsEveryStackAgainAmongMany) {
  RecordingBuilder builder;
  builder.thread(1, 1);
  constexpr std::uint64_t kStacks = 5000;
  for (int round = 0; round < 2; ++round) {
    for (std::uint64_t i = 0; i < kStacks; ++i) builder.sample({.frames = {i, i % 7}});
  }
  const Recording recording = read(builder);
  EXPECT_EQ(recording.stacks.size(), kStacks);
  for (std::size_t i = 0; i < kStacks; ++i) {
    ASSERT_EQ(recording.samples.stack[i], recording.samples.stack[i + kStacks]);
  }
}

TEST(Reader, AnOpenWaitIsTheEndOfAKilledThread) {
  RecordingBuilder builder;
  builder.thread(1, 1).thread_start({.wall = 10});
  builder.thread_state_in_wait(
      {.begin = {.wall = 20}, .end = {.wall = 90}, .span = 3, .category = Category::kFile});
  const Recording recording = read(builder);
  ASSERT_EQ(recording.waits.size(), 1u);
  EXPECT_TRUE(recording.waits.open[0]);
  EXPECT_EQ(recording.waits.stack[0], kNone);
  EXPECT_EQ(recording.waits.end[0].wall_ns, 90);
  EXPECT_EQ(recording.events[0].back().kind, EventKind::kThreadState);
  EXPECT_EQ(recording.events[0].back().wait, 0u);
  EXPECT_FALSE(recording.threads.ended[0]);
}

TEST(Reader, AWaitForALockKeepsWhoHeldIt) {
  RecordingBuilder builder;
  builder.thread(1, 1).thread_start({.wall = 10});
  builder.wait({.begin = {.wall = 20}, .end = {.wall = 60}, .owner_tid = 77, .owner_span = 9});
  builder.wait({.begin = {.wall = 70}, .end = {.wall = 80}});
  const Recording recording = read(builder);
  EXPECT_EQ(recording.waits.owner_tid, (std::vector<std::int32_t>{77, 0}));
  EXPECT_EQ(recording.waits.owner_span_id, (std::vector<std::uint64_t>{9, 0}));
}

TEST(Reader, AThreadStateIsForgottenOnceTheThreadGoesOn) {
  RecordingBuilder builder;
  builder.thread(1, 1).thread_start({.wall = 10});
  builder.thread_state_in_wait({.begin = {.wall = 20}, .end = {.wall = 50}});
  builder.wait({.begin = {.wall = 20}, .end = {.wall = 60}});
  const Recording recording = read(builder);
  ASSERT_EQ(recording.waits.size(), 1u);
  EXPECT_FALSE(recording.waits.open[0]);
  EXPECT_EQ(recording.events[0].back().kind, EventKind::kWait);
}

TEST(Reader, TheLastThreadStateCounts) {
  RecordingBuilder builder;
  builder.thread(1, 1).thread_start({.wall = 10}).thread_state({.wall = 50});
  builder.thread_state({.wall = 70});
  const Recording recording = read(builder);
  ASSERT_EQ(recording.events[0].size(), 2u);
  EXPECT_EQ(recording.events[0].back().edge.wall_ns, 70);
  EXPECT_EQ(recording.waits.size(), 0u);
}

TEST(Reader, KeepsModulesSettingsCountersAndLosses) {
  RecordingBuilder builder;
  builder.module(
      {.load_bias = 5, .begin = 10, .end = 20, .path = "/lib/x.so", .build_id = "\xab\x01"});
  builder.setting("cpu_clock", "thread_clock").setting("cpu_clock", "rseq");
  builder.counter("samples.recorded", 3).counter("samples.recorded", 4);
  builder.thread(1, 1).loss({.at = {.wall = 5}, .scopes = 1, .spans = 2, .waits = 3, .samples = 4});
  builder.loss({.at = {.wall = 6}, .samples = 10});
  const Recording recording = read(builder);
  ASSERT_EQ(recording.modules.size(), 1u);
  EXPECT_EQ(recording.modules[0].path, "/lib/x.so");
  EXPECT_EQ(recording.modules[0].build_id, "ab01");
  EXPECT_EQ(recording.settings.at("cpu_clock"), "rseq");
  EXPECT_EQ(recording.counters.at("samples.recorded"), 4);
  EXPECT_EQ(recording.lost.samples, 14u);
  EXPECT_EQ(recording.lost.total(), 20u);
  EXPECT_EQ(recording.events[0][0].lost_events, 4u);
  EXPECT_EQ(recording.events[0][1].lost_events, 0u);
}

TEST(LossAccount, ChecksTheCountersAgainstTheRecords) {
  RecordingBuilder builder;
  builder.counter("samples.recorded", 1).counter("samples.dropped_ring_full", 2);
  builder.counter("samples.dropped_reentry", 1).counter("scopes.dropped_ring_full", 1);
  builder.thread(1, 1).sample({}).loss({.samples = 3});
  const std::vector<LossAccount> accounts = loss_accounts_of(read(builder));
  const LossAccount& samples = accounts[3];
  EXPECT_EQ(samples.kind, "samples");
  EXPECT_EQ(samples.expected(), 4);
  EXPECT_EQ(samples.dropped.at("ring_full"), 2);
  EXPECT_EQ(samples.check, "agrees");
  EXPECT_EQ(accounts[0].check, "DIFFERS: 0 dropped by the loss records");
  EXPECT_EQ(accounts[1].check, "not checked: the file ends before the first counters");
}

TEST(Reader, CallSumsMayLackACategory) {
  RecordingBuilder builder;
  builder.thread(1, 1).call_sums(5, Category::kOther, 12, 100, 90);
  const Recording recording = read(builder);
  ASSERT_EQ(recording.call_sums.size(), 1u);
  EXPECT_EQ(recording.call_sums.calls[0], 12u);
}

TEST(Reader, SkipsUnknownRecordsAndCountsThem) {
  RecordingBuilder builder;
  builder.record(static_cast<format::RecordType>(4711), format::Name{}, "of a later version");
  builder.two_spans();
  const Recording recording = read(builder);
  EXPECT_EQ(recording.report.unknown_records, 1u);
  EXPECT_EQ(recording.report.rejected_records, 0u);
  EXPECT_EQ(recording.spans.size(), 2u);
}

TEST(Reader, TakesRecordsThatGrewAtTheirEnd) {
  RecordingBuilder builder;
  format::SpanEnd end{};
  end.span_id = 1;
  end.wall_ns = 55;
  builder.record(format::RecordType::kSpanEnd, end, "a later field");
  EXPECT_EQ(read(builder).spans.end_ns[0], 55);
}

}  // namespace
}  // namespace plumbline::analysis

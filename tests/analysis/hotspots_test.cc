// Hotspots of a recording with known content: picks, scopes, methods, trees, owners.
#include "analysis/attribution/hotspots.h"

#include <gtest/gtest.h>

#include <optional>

#include "analysis/attribution/sampled_interval.h"
#include "analysis/io/error.h"
#include "analysis/recording/reader.h"
#include "tests/analysis/recording_builder.h"

namespace plumbline::analysis {
namespace {

using format::Category;
using test::RecordingBuilder;

constexpr std::size_t at(Category category) { return index_of(category); }

// Request 1 "A" on thread 1, from 1000 to 2000, with child 2 from 1200 to 1500 (a lock wait of 200
// in it) and child 3, which runs on thread 2 from 1800 to 2300: past its parent's end. Thread 2 is
// busy without a span before. Request 9 "B" is on no thread, ever. Addresses are functions.
class HotspotsTest : public testing::Test {
 protected:
  HotspotsTest() {
    builder_.name(1, "A").name(2, "child").name(3, "B").thread(1, 1);
    builder_.thread_start({.wall = 0});
    builder_.span_start({.id = 1, .root = 1, .start = 1000, .name = 1});
    builder_.scope({.wall = 1000, .cpu = 1000}, 1);
    builder_.sample(
        {.wall = 1100, .cpu = 1100, .period = 100, .span = 1, .frames = {0x10010, 0x10091}});
    builder_.span_start({.id = 2, .root = 1, .parent = 1, .start = 1200, .name = 2});
    builder_.scope({.wall = 1200, .cpu = 1200}, 2);
    builder_.wait({.begin = {.wall = 1250, .cpu = 1250},
                   .end = {.wall = 1480, .cpu = 1260, .run_delay = 20, .switches = 1},
                   .span = 2,
                   .category = Category::kLock,
                   .frames = {0x10031, 0x10021, 0x10091}});
    builder_.call_sums(2, Category::kFile, 4, 30, 5);
    builder_.scope({.wall = 1500, .cpu = 1280, .run_delay = 20, .switches = 1}, 1);
    builder_.span_end(2, 1500);
    builder_.sample(
        {.wall = 1700, .cpu = 1480, .period = 100, .span = 1, .frames = {0x10020, 0x10091}});
    builder_.scope({.wall = 2000, .cpu = 1780, .run_delay = 20, .switches = 1}, 0);
    builder_.span_end(1, 2000);
    builder_.thread_end({.wall = 3000, .cpu = 2780, .run_delay = 20, .switches = 1});
    builder_.thread(2, 2).thread_start({.wall = 500});
    builder_.span_start({.id = 3, .root = 1, .parent = 1, .start = 1800, .name = 2});
    builder_.scope({.wall = 1800, .cpu = 1300}, 3);
    builder_.scope({.wall = 2300, .cpu = 1800}, 0).span_end(3, 2300);
    builder_.span_start({.id = 9, .root = 9, .start = 100, .name = 3}).span_end(9, 400);
    builder_.thread_end({.wall = 2500, .cpu = 2000});
  }

  HotspotEngine& engine() {
    if (!engine_) {
      recording_ = read_recording(builder_.bytes(), "test.plumb");
      EXPECT_EQ(recording_.report.rejected_records, 0u);
      engine_.emplace(recording_, partition_time(recording_), HotspotOptions{});
    }
    return *engine_;
  }
  std::vector<Index> rows(std::vector<std::uint64_t> ids) {
    SpanPicks picks;
    picks.span_ids = std::move(ids);
    return engine().pick(picks);
  }
  ScopedTime scoped(std::vector<std::uint64_t> ids, Scope scope) {
    return engine().scoped(rows(std::move(ids)), scope);
  }
  SelectedTime time_of(std::vector<std::uint64_t> ids, Scope scope) {
    return engine().time_of(scoped(std::move(ids), scope));
  }
  Method method(const SelectedTime& time, std::string_view function) {
    for (const Method& method : engine().methods(time)) {
      if (engine().paths().frames()[method.frame].function == function) return method;
    }
    return {};
  }

  RecordingBuilder builder_;
  Recording recording_;
  std::optional<HotspotEngine> engine_;
};

TEST_F(HotspotsTest, SpanIsOnlyWhileItIsInnermost) {
  const SelectedTime time = time_of({1}, Scope::kSpan);
  EXPECT_EQ(time.on_threads.wall_ns(), 200 + 500);
  EXPECT_EQ(time.on_threads.category[at(Category::kCpu)], 700);
  EXPECT_EQ(time.uncovered_ns, 0);
}

TEST_F(HotspotsTest, ChildrenAreThereOnAnyThreadAndPastTheEnd) {
  const ScopedTime scope = scoped({1}, Scope::kChildren);
  EXPECT_EQ(scope.spans, 3u);
  EXPECT_EQ(scope.outliving_spans, 1u);
  EXPECT_EQ(scope.elapsed_ns, 1000);
  EXPECT_EQ(scope.uncovered_ns, 0);
  const SelectedTime time = engine().time_of(scope);
  EXPECT_EQ(time.on_threads.wall_ns(), 1000 + 500);
  EXPECT_EQ(time.on_threads.category[at(Category::kLock)], 200);
  EXPECT_EQ(time.on_threads.category[at(Category::kRunQueue)], 20);
}

TEST_F(HotspotsTest, SeveralPicksCountEachSpanOnce) {
  EXPECT_EQ(time_of({1, 2, 3, 2}, Scope::kChildren).all(), time_of({1}, Scope::kChildren).all());
  EXPECT_EQ(time_of({2, 3}, Scope::kChildren).on_threads.wall_ns(), 300 + 500);
  EXPECT_EQ(scoped({1, 2}, Scope::kChildren).elapsed_ns, 1000);
}

TEST_F(HotspotsTest, PeriodIsAllThreadsCutAtTheEdges) {
  const ScopedTime scope = scoped({2}, Scope::kPeriod);
  EXPECT_EQ(scope.windows, (std::vector<TimeWindow>{{1200, 1500}}));
  const SelectedTime time = engine().time_of(scope);
  EXPECT_EQ(time.on_threads.wall_ns(), 300 + 300);  // thread 2 is busy without a span
  EXPECT_EQ(time.on_threads.category[at(Category::kLock)], 200);
  EXPECT_EQ(time.on_threads.category[at(Category::kCpu)], 80 + 300);
  EXPECT_EQ(scoped({1, 2, 3}, Scope::kPeriod).windows, (std::vector<TimeWindow>{{1000, 2300}}));
}

TEST_F(HotspotsTest, FullIsTheMinutesThatTheSpanTouches) {
  EXPECT_EQ(scoped({2}, Scope::kFull).windows, (std::vector<TimeWindow>{{0, kFullWindowNs}}));
  EXPECT_EQ(scoped({2}, Scope::kFull).elapsed_ns, 3000);  // the recording is shorter
  EXPECT_EQ(time_of({2}, Scope::kFull).on_threads.wall_ns(), 3000 + 2000);
  builder_.thread(3, 3).thread_start({.wall = 59'999'999'000});
  builder_.span_start({.id = 5, .root = 5, .start = 59'999'999'500, .name = 1});
  builder_.span_end(5, 60'000'000'001).thread_end({.wall = 190'000'000'000});
  engine_.reset();
  EXPECT_EQ(scoped({5}, Scope::kFull).windows, (std::vector<TimeWindow>{{0, 2 * kFullWindowNs}}));
}

TEST_F(HotspotsTest, WaitsHaveTheirStackAndAllElseAFrame) {
  const SelectedTime time = time_of({1}, Scope::kChildren);
  const Method waiter = method(time, "[0x10030]");
  EXPECT_EQ(waiter.self.ns[at(Category::kLock)], 200);
  EXPECT_EQ(waiter.self.ns[at(Category::kCpu)], 10);  // inside the call
  EXPECT_EQ(waiter.self.ns[at(Category::kRunQueue)], 20);
  EXPECT_EQ(waiter.self.sampled_ns, 0);
  EXPECT_EQ(method(time, "[file calls without blocking]").self.ns[at(Category::kCpu)], 5);
  EXPECT_EQ(time.cpu_in_calls_ns[at(Category::kLock)], 10);
  EXPECT_EQ(time.cpu_in_calls_ns[at(Category::kFile)], 5);
  // 1280 of CPU less 15 in calls, by two samples of weights 100 and 370.
  EXPECT_EQ(time.sampling.distributed_ns, 1265);
  EXPECT_EQ(method(time, "[0x10010]").self.sampled_ns + method(time, "[0x10020]").self.sampled_ns,
            1265);
  EXPECT_EQ(method(time, "[0x10010]").self.samples, 1u);
  EXPECT_EQ(method(time, "[0x10090]").total.ns[at(Category::kLock)], 200);
  EXPECT_EQ(method(time, "[0x10090]").total.samples, 2u);
  EXPECT_EQ(method(time, "[0x10090]").self.wall_ns(), 0);
}

TEST_F(HotspotsTest, ASpanThatWasNeverActiveIsUncovered) {
  const ScopedTime scope = scoped({9}, Scope::kChildren);
  EXPECT_EQ(scope.never_active, 1u);
  const SelectedTime time = engine().time_of(scope);
  EXPECT_EQ(time.on_threads.wall_ns(), 0);
  EXPECT_EQ(time.uncovered_ns, 300);
  EXPECT_EQ(time.sampling.samples, 0u);
  EXPECT_EQ(method(time, "[not_on_any_thread]").self.ns[at(Category::kOther)], 300);
  EXPECT_TRUE(time_of({9}, Scope::kSpan).keys.empty());
}

TEST_F(HotspotsTest, PicksByTraceEndpointAndSlowness) {
  SpanPicks picks;
  picks.endpoints = {"A"};
  EXPECT_EQ(engine().pick(picks), rows({1}));
  picks.endpoints.clear();
  picks.trace_ids = {{0, 1}};
  EXPECT_EQ(engine().pick(picks), rows({1}));
  picks.trace_ids.clear();
  picks.slowest = 1;
  EXPECT_EQ(engine().pick(picks), rows({1}));
  picks.endpoints = {"B"};
  EXPECT_EQ(engine().pick(picks), rows({9}));
  picks.slowest = 99;
  picks.endpoints.clear();
  EXPECT_EQ(engine().pick(picks).size(), 2u);
}

TEST_F(HotspotsTest, WhatIsNotThereIsAnError) {
  SpanPicks picks;
  picks.span_ids = {0x77};
  EXPECT_THROW(engine().pick(picks), io::InputError);
  picks = {};
  picks.trace_ids = {{5, 1}};
  EXPECT_THROW(engine().pick(picks), io::InputError);
  picks = {};
  picks.endpoints = {"C"};
  EXPECT_THROW(engine().pick(picks), io::InputError);
}

TEST(SpanIds, AreHexadecimal) {
  EXPECT_EQ(parse_span_id("0x1f"), 0x1fu);
  EXPECT_EQ(parse_span_id("00000000deadbeef"), 0xdeadbeefu);
  EXPECT_EQ(parse_trace_id("1000000000000000a").high, 1u);
  EXPECT_EQ(parse_trace_id("1000000000000000a").low, 10u);
  for (const char* wrong : {"", "0", "xyz", "0x", "11112222333344445", "1 "}) {
    EXPECT_THROW(parse_span_id(wrong), io::InputError) << wrong;
  }
  EXPECT_THROW(parse_trace_id(std::string(33, '1')), io::InputError);
}

TEST_F(HotspotsTest, TreesOfBothDirectionsHoldTheSame) {
  const SelectedTime time = time_of({1}, Scope::kChildren);
  const CallTree down = engine().tree(time, TreeDirection::kTopDown, 99);
  const CallTree reverse = engine().tree(time, TreeDirection::kReverse, 99);
  const auto name = [&](const CallTree& tree, Index node) {
    return engine().paths().frames()[tree.nodes[node].frame].function;
  };
  EXPECT_EQ(name(down, down.first), "[0x10090]");
  EXPECT_EQ(down.nodes[down.first].total.ns[at(Category::kLock)], 200);
  for (Index node = reverse.first; node != kNone; node = reverse.nodes[node].next_sibling) {
    if (name(reverse, node) != "[0x10030]") continue;
    const Index caller = reverse.nodes[node].first_child;
    ASSERT_NE(caller, kNone);
    EXPECT_EQ(name(reverse, caller), "[0x10020]");
    EXPECT_EQ(reverse.nodes[caller].total.ns[at(Category::kLock)], 200);
  }
  const CallTree shallow = engine().tree(time, TreeDirection::kTopDown, 1);
  EXPECT_EQ(shallow.nodes[shallow.first].total, down.nodes[down.first].total);
  EXPECT_EQ(shallow.nodes[shallow.first].hidden, 1u);
}

TEST(CodeOwner, IsToldByTheModulesPath) {
  std::vector<Module> modules(5);
  modules[0].path = "/opt/shop/bin/shop";
  modules[1].path = "/opt/shop/bin/plugins/tax.so";
  modules[2].path = "/lib/x86_64-linux-gnu/libc.so.6";
  modules[3].path = "/usr/lib/libcurl.so.4";
  modules[4].path = "/usr/lib/libstdc++.so.6.0.30";
  const CodeOwners owners(modules, {});
  EXPECT_EQ(owners.of_module(0), CodeOwner::kOwn);
  EXPECT_EQ(owners.of_module(1), CodeOwner::kOwn);
  EXPECT_EQ(owners.of_module(2), CodeOwner::kLibc);
  EXPECT_EQ(owners.of_module(3), CodeOwner::kThirdParty);
  EXPECT_EQ(owners.of_module(4), CodeOwner::kLibc);
  EXPECT_EQ(owners.of_module(kNone), CodeOwner::kThirdParty);
  const CodeOwners named(modules, {"/usr/lib/libcurl"});
  EXPECT_EQ(named.of_module(0), CodeOwner::kOwn);
  EXPECT_EQ(named.of_module(1), CodeOwner::kThirdParty);
  EXPECT_EQ(named.of_module(3), CodeOwner::kOwn);
  for (const char* name : {"ld-linux-x86-64.so.2", "libnss_files.so.2", "libm-2.28.so"}) {
    EXPECT_TRUE(is_libc_family(name)) << name;
  }
  for (const char* name : {"libcrypto.so.3", "ldap", "libmagic.so.1", "libdlib.so"}) {
    EXPECT_FALSE(is_libc_family(name)) << name;
  }
}

TEST(SampledInterval, HoldsTheFigureAndShrinksWithSamples) {
  const SamplingBasis few = {.distributed_ns = 1000, .sampled_ns = 1000, .samples = 10};
  const SamplingBasis many = {.distributed_ns = 1000, .sampled_ns = 1000, .samples = 1000};
  const auto wide = *sampled_interval_ns(500, few);
  const auto narrow = *sampled_interval_ns(500, many);
  EXPECT_NEAR(static_cast<double>(wide.first), 236.6, 1.5);  // Wilson, 5 of 10
  EXPECT_NEAR(static_cast<double>(wide.second), 763.4, 1.5);
  EXPECT_LT(narrow.second - narrow.first, 65);
  EXPECT_EQ(sampled_interval_ns(0, few)->first, 0);
  EXPECT_FALSE(sampled_interval_ns(0, {}).has_value());
}

}  // namespace
}  // namespace plumbline::analysis

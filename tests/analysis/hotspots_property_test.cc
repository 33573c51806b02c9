// Hotspots of random recordings: forests of spans that overlap, outlive their parents, tie in time
// or have no parent; threads that wait, sample, call and lose. Each law is exact.
//
// Seed 20261123, 120 recordings; no statistics.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <set>

#include "analysis/attribution/coverage.h"
#include "analysis/attribution/endpoints.h"
#include "analysis/attribution/hotspots.h"
#include "analysis/recording/reader.h"
#include "tests/analysis/random_recording.h"

namespace plumbline::analysis {
namespace {

using format::Category;
using test::RandomRecording;

constexpr std::uint64_t kSeed = 20261123;
constexpr int kRounds = 120;

TimeColumns minus(TimeColumns a, const TimeColumns& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] -= b[i];
  return a;
}

class HotspotsProperty : public testing::TestWithParam<int> {
 protected:
  HotspotsProperty()
      : random_(kSeed + static_cast<std::uint64_t>(GetParam())),
        recording_(random_.read()),
        partition_(partition_time(recording_)),
        engine_(recording_, partition_, {}) {
    EXPECT_EQ(recording_.report.rejected_records, 0u);
  }

  SelectedTime time_of(const std::vector<Index>& rows, Scope scope) {
    return engine_.time_of(engine_.scoped(rows, scope));
  }

  // By the file alone: whether walking up from `row` by known parents of the same request meets
  // `above`; a walk that ends at no root, or goes in a circle, ends at the local root.
  std::set<Index> ancestors(Index row) const {
    const SpanTable& spans = recording_.spans;
    std::set<Index> met;
    while (met.insert(row).second && spans.root[row] != row) {
      Index parent = kNone;
      for (Index other = 0; other < spans.size(); ++other) {
        const bool is_parent = spans.span_id[other] == spans.parent_span_id[row];
        if (is_parent && other != row && spans.root[other] == spans.root[row]) parent = other;
      }
      const Index root = spans.root[row];
      if (parent == kNone && root != kNone && spans.root[root] == root) parent = root;
      if (parent == kNone) break;
      row = parent;
    }
    return met;
  }

  void check_sums(const SelectedTime& time);
  void check_tree(const SelectedTime& time, TreeDirection direction, std::uint32_t depth,
                  const std::map<Index, TimeSum>& roots);

  RandomRecording random_;
  Recording recording_;
  Partition partition_;
  HotspotEngine engine_;
};

void HotspotsProperty::check_tree(const SelectedTime& time, TreeDirection direction,
                                  std::uint32_t depth, const std::map<Index, TimeSum>& roots) {
  const CallTree tree = engine_.tree(time, direction, depth);
  TimeSum all;
  std::size_t reached = 0;
  const auto visit = [&](const auto& self, Index first, std::uint32_t level) -> TimeSum {
    TimeSum sum;
    for (Index row = first; row != kNone; row = tree.nodes[row].next_sibling) {
      const TreeNode& node = tree.nodes[row];
      ++reached;
      EXPECT_EQ(node.depth, level);
      EXPECT_LT(node.depth, depth);
      TimeSum below = self(self, node.first_child, level + 1);
      below += node.ending;
      if (node.hidden == 0) {
        EXPECT_EQ(below, node.total);
      }
      sum += node.total;
      if (level == 0 && direction == TreeDirection::kReverse) {
        EXPECT_EQ(node.total, roots.at(node.frame));
      }
    }
    return sum;
  };
  all = visit(visit, tree.first, 0);
  EXPECT_EQ(reached, tree.nodes.size());
  EXPECT_EQ(all.ns, columns_of(time.all()));
  EXPECT_EQ(all.samples, time.sampling.samples);
}

void HotspotsProperty::check_sums(const SelectedTime& time) {
  TimeSum keys;
  for (const KeyTime& key : time.keys) keys += key.time;
  EXPECT_EQ(keys.ns, columns_of(time.all()));
  EXPECT_EQ(keys.samples, time.sampling.samples);
  EXPECT_EQ(keys.sampled_ns, time.sampling.distributed_ns);
  TimeSum self;
  std::map<Index, TimeSum> by_leaf;
  for (const Method& method : engine_.methods(time)) {
    self += method.self;
    if (!method.self.is_nothing()) by_leaf[method.frame] = method.self;
  }
  EXPECT_EQ(self, keys);
  std::int64_t reasons_ns = 0;
  for (const std::int64_t ns : time.all().other) reasons_ns += ns;
  EXPECT_EQ(reasons_ns, time.all().category[index_of(Category::kOther)]);
  for (const std::uint32_t depth : {1u, 3u, 99u}) {
    check_tree(time, TreeDirection::kReverse, depth, by_leaf);
    check_tree(time, TreeDirection::kTopDown, depth, {});
  }
}

TEST_P(HotspotsProperty, SpanSummedOverTheSubtreeIsChildren) {
  const auto spans = static_cast<Index>(recording_.spans.size());
  std::vector<std::set<Index>> above(spans);
  for (Index row = 0; row < spans; ++row) above[row] = ancestors(row);
  const bool has_circles = engine_.index().forest().cyclic_parents() > 0;
  for (Index top = 0; top < spans; ++top) {
    TimeParts sum;
    for (Index row = 0; row < spans; ++row) {
      const SpanRange range = engine_.index().forest().subtree(top);
      const Index position = engine_.index().forest().position(row);
      const bool is_below = position >= range.from && position < range.to;
      if (!has_circles) {
        ASSERT_EQ(is_below, above[row].count(top) > 0) << row << " under " << top;
      }
      if (is_below) sum += time_of({row}, Scope::kSpan).on_threads;
    }
    const SelectedTime children = time_of({top}, Scope::kChildren);
    ASSERT_EQ(children.on_threads, sum);
    ASSERT_EQ(time_of({top}, Scope::kSpan).on_threads, partition_.span_self[top]);
  }
}

TEST_P(HotspotsProperty, MethodsAndTreesAddUpToTheCategoriesInEveryScope) {
  std::vector<Index> picked;
  for (Index row = 0; row < recording_.spans.size(); ++row) {
    if (random_.one_in(3)) picked.push_back(row);
  }
  for (const Scope scope : {Scope::kSpan, Scope::kChildren, Scope::kPeriod, Scope::kFull}) {
    check_sums(time_of(picked, scope));
    check_sums(time_of({0}, scope));
  }
  check_sums(engine_.time_of(engine_.whole()));
}

TEST_P(HotspotsProperty, ThreadsThatShareTheWorkMakeNoDifference) {
  for (const Scope scope : {Scope::kSpan, Scope::kChildren, Scope::kPeriod, Scope::kFull}) {
    const ScopedTime picked = engine_.scoped({0, 1, 4}, scope);
    const SelectedTime alone = selected_time(engine_.index(), picked, 1);
    for (const std::size_t parts : {2u, 3u, 7u}) {
      const SelectedTime shared = selected_time(engine_.index(), picked, parts);
      ASSERT_EQ(shared.all(), alone.all());
      ASSERT_EQ(shared.cpu_in_calls_ns, alone.cpu_in_calls_ns);
      ASSERT_EQ(shared.sampling.samples, alone.sampling.samples);
      ASSERT_EQ(shared.sampling.sampled_ns, alone.sampling.sampled_ns);
      ASSERT_EQ(shared.keys.size(), alone.keys.size());
      for (std::size_t i = 0; i < alone.keys.size(); ++i) {
        ASSERT_EQ(shared.keys[i].key, alone.keys[i].key);
        ASSERT_EQ(shared.keys[i].time, alone.keys[i].time);
      }
    }
  }
}

// The index that is made thread by thread, by several threads, is that of the whole partition.
TEST_P(HotspotsProperty, LoadingByPartsMakesNoDifference) {
  const TimeIndex& whole = engine_.index();
  for (const std::size_t parts : {1u, 2u, 5u}) {
    const LoadedTime loaded = load_time(recording_, parts);
    const TimeIndex& index = loaded.index;
    ASSERT_EQ(index.segments().begin_ns, whole.segments().begin_ns);
    ASSERT_EQ(index.segments().end_ns, whole.segments().end_ns);
    ASSERT_EQ(index.segments().first_cell, whole.segments().first_cell);
    ASSERT_EQ(index.segments().first_of_thread, whole.segments().first_of_thread);
    ASSERT_EQ(index.cells().key, whole.cells().key);
    ASSERT_EQ(index.cells().kind, whole.cells().kind);
    ASSERT_EQ(index.cells().ns, whole.cells().ns);
    ASSERT_EQ(index.samples().weight_ns, whole.samples().weight_ns);
    ASSERT_EQ(index.begin_ns(), whole.begin_ns());
    ASSERT_EQ(index.end_ns(), whole.end_ns());
    for (Index span = 0; span < recording_.spans.size(); ++span) {
      const auto got = index.segments_of().of(span), want = whole.segments_of().of(span);
      ASSERT_TRUE(std::equal(got.begin(), got.end(), want.begin(), want.end()));
    }
    ASSERT_EQ(loaded.covered_ns_by_root, covered_ns_by_root(recording_, partition_));
    const Conservation &got = loaded.conservation, &want = partition_.conservation;
    ASSERT_EQ(got.thread_life_ns, want.thread_life_ns);
    ASSERT_EQ(got.tiling_error_ns, want.tiling_error_ns);
    ASSERT_EQ(got.double_booked_ns, want.double_booked_ns);
    ASSERT_EQ(got.backwards_ns, want.backwards_ns);
    ASSERT_EQ(got.residual_abs_ns, want.residual_abs_ns);
    ASSERT_EQ(got.waits, want.waits);
    ASSERT_EQ(got.owner_mismatches, want.owner_mismatches);
  }
}

TEST_P(HotspotsProperty, PicksAreJoinedAndNoSpanCountsTwice) {
  std::vector<Index> picked;
  for (int i = 0; i < 5; ++i) {
    picked.push_back(
        static_cast<Index>(random_.below(static_cast<std::int64_t>(recording_.spans.size()))));
  }
  std::set<Index> joined;
  const SpanForest& forest = engine_.index().forest();
  for (const Index row : picked) {
    const SpanRange range = forest.subtree(row);
    for (Index at = range.from; at < range.to; ++at) joined.insert(forest.row_at(at));
  }
  TimeParts sum;
  for (const Index row : joined) sum += partition_.span_self[row];
  EXPECT_EQ(time_of(picked, Scope::kChildren).on_threads, sum);
}

TEST_P(HotspotsProperty, EndpointsAreAsInTheirTable) {
  const EndpointTable table = endpoints_of(recording_, partition_);
  for (const EndpointRow& row : table.rows) {
    SpanPicks picks;
    picks.endpoints = {recording_.names[row.name]};
    const ScopedTime scope = engine_.scoped(engine_.pick(picks), Scope::kChildren);
    const SelectedTime time = engine_.time_of(scope);
    EXPECT_EQ(time.on_threads, row.time);
    EXPECT_EQ(scope.spans, row.spans);
  }
}

TEST_P(HotspotsProperty, WindowsThatTileTheRecordingAddUpToIt) {
  TimeParts threads = partition_.no_span;
  for (const TimeParts& span : partition_.span_self) threads += span;
  const SelectedTime whole = engine_.time_of(engine_.whole());
  EXPECT_EQ(whole.on_threads, threads);
  const TimeIndex& index = engine_.index();
  std::vector<std::int64_t> edges = {index.begin_ns(), index.end_ns() + 1};
  for (int i = 0; i < 7; ++i) {
    edges.push_back(index.begin_ns() + random_.below(index.end_ns() - index.begin_ns() + 1));
  }
  std::sort(edges.begin(), edges.end());
  TimeParts sum;
  std::uint64_t samples = 0;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
    ScopedTime scope;
    if (edges[i] < edges[i + 1]) scope.windows = {{edges[i], edges[i + 1]}};
    const SelectedTime time = engine_.time_of(scope);
    std::int64_t overlap_ns = 0;
    for (const Segment& segment : partition_.segments) {
      overlap_ns += std::max<std::int64_t>(
          0, std::min(segment.end_ns, edges[i + 1]) - std::max(segment.begin_ns, edges[i]));
    }
    EXPECT_EQ(time.on_threads.wall_ns(), overlap_ns);
    sum += time.on_threads;
    samples += time.sampling.samples;
  }
  EXPECT_EQ(sum, whole.on_threads);
  EXPECT_LE(samples, whole.sampling.samples);
}

// Looked up again from the segments: what each stack has, without the distributed CPU.
TEST_P(HotspotsProperty, WaitsAreBookedToTheirStacks) {
  for (Index row = 0; row < recording_.spans.size(); ++row) {
    std::map<Index, TimeColumns> by_stack;
    for (const Segment& segment : partition_.segments) {
      if (segment.span != row || segment.wait == kNone) continue;
      const Index stack = recording_.waits.stack[segment.wait];
      if (recording_.stacks.first[stack] == recording_.stacks.first[stack + 1]) continue;
      TimeColumns& columns = by_stack[stack];
      const TimeColumns more = columns_of(segment.parts);
      for (std::size_t i = 0; i < columns.size(); ++i) columns[i] += more[i];
    }
    for (const KeyTime& key : time_of({row}, Scope::kSpan).keys) {
      if (!engine_.index().keys().is_wait(key.key)) continue;
      const Index stack = engine_.index().keys().stack(key.key);
      TimeColumns exact = key.time.ns;
      exact[index_of(Category::kCpu)] -= key.time.sampled_ns;
      EXPECT_EQ(minus(exact, by_stack[stack]), TimeColumns{});
      by_stack.erase(stack);
    }
    for (const auto& [stack, columns] : by_stack) EXPECT_EQ(columns, TimeColumns{});
  }
}

INSTANTIATE_TEST_SUITE_P(Random, HotspotsProperty, testing::Range(0, kRounds));

}  // namespace
}  // namespace plumbline::analysis

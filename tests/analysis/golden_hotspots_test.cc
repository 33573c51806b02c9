// Rows S1 to S28 (analysis/README.md) on the golden recording: each test asserts its row's check.
#include <gtest/gtest.h>

#include "analysis/attribution/percents.h"
#include "analysis/attribution/sampled_interval.h"
#include "analysis/attribution/timeline.h"
#include "tests/analysis/golden_recording.h"

namespace plumbline::analysis {
namespace {

using format::Category;
using format::OtherReason;
using test::kGoldenRequests;
using test::kMs;

// Of spin() in the golden program, as it was compiled.
constexpr int kHotLine = 44;

class GoldenHotspots : public test::GoldenTest {
 protected:
  static void expect_tree_adds_up(const CallTree& tree, const SelectedTime& time) {
    TimeSum top;
    for (Index node = tree.first; node != kNone; node = tree.nodes[node].next_sibling) {
      top += tree.nodes[node].total;
    }
    EXPECT_EQ(top.ns, columns_of(time.all()));
    for (const TreeNode& node : tree.nodes) {
      if (node.hidden != 0) continue;  // its callees were not asked for
      TimeSum sum = node.ending;
      for (Index child = node.first_child; child != kNone; child = tree.nodes[child].next_sibling) {
        sum += tree.nodes[child].total;
      }
      EXPECT_EQ(sum.ns, node.total.ns);
    }
  }

  // Time in calls at a function, by all that it holds.
  std::int64_t waited(const std::string& endpoint, const std::string& function, Category category) {
    return method(time_of(of_endpoint(endpoint)), function).ns[at(category)];
  }
};

TEST_F(GoldenHotspots, S1_SpansAndSamplesHaveOneClock) {
  const Timeline timeline(recording_, partition_);
  std::size_t linked = 0;
  for (std::size_t i = 0; i < recording_.samples.size(); ++i) {
    const std::int64_t wall_ns = recording_.samples.wall_ns[i];
    const auto around = timeline.overlapping(recording_.samples.thread[i], wall_ns, wall_ns + 1);
    ASSERT_EQ(around.size(), 1u) << "sample " << i;
    EXPECT_EQ(around.front().span, recording_.samples.span[i]) << "sample " << i;
    linked += recording_.samples.span[i] != kNone ? 1 : 0;
  }
  EXPECT_GT(linked, 100u);
}

TEST_F(GoldenHotspots, S2_ActivationAloneLinks) {
  EXPECT_EQ(recording_.settings.at("rate_by"), "default");
  for (const char* wanted : {"render", "query", "GET /stock"}) {
    EXPECT_EQ(spans_named(wanted).size(), kGoldenRequests) << wanted;
    EXPECT_GT(time_of(spans_named(wanted)).on_threads.wall_ns(), 0) << wanted;
  }
  EXPECT_GT(time_of(spans_named("render")).sampling.samples, 50u);
}

TEST_F(GoldenHotspots, S3_ASpansIdFindsItsTime) {
  for (const Index row : of_endpoint("GET /report")) {
    SpanPicks by_id;
    by_id.span_ids = {recording_.spans.span_id[row]};
    ASSERT_EQ(engine_.pick(by_id), std::vector<Index>{row});
    EXPECT_EQ(time_of(engine_.pick(by_id)).all(), time_of({row}).all());
  }
}

TEST_F(GoldenHotspots, S4_TheHotLineRanksFirst) {
  HotspotEngine by_line(recording_, partition_, {MergeBy::kLine, {}});
  const SelectedTime time =
      by_line.time_of(by_line.scoped(of_endpoint("GET /report"), Scope::kChildren));
  const Method first = by_line.methods(time, at(Category::kCpu)).front();
  const Frame& frame = by_line.paths().frames()[first.frame];
  EXPECT_TRUE(frame.file.ends_with("golden_shop.cc")) << frame.file;
  EXPECT_EQ(frame.line, kHotLine);
  EXPECT_TRUE(frame.function.starts_with("spin")) << frame.function;  // inlined into burn_*
}

TEST_F(GoldenHotspots, S5_AnEndpointIsTheSumOfItsSpans) {
  const EndpointTable table = endpoints_of(recording_, partition_);
  for (const EndpointRow& row : table.rows) {
    TimeParts sum;
    for (Index span = 0; span < recording_.spans.size(); ++span) {
      if (recording_.spans.endpoint[span] == row.name) sum += partition_.span_self[span];
    }
    EXPECT_EQ(row.time, sum) << recording_.names[row.name];
  }
}

TEST_F(GoldenHotspots, S6_WithoutAnyOptionSamplesHaveSpans) {
  EXPECT_EQ(recording_.settings.at("rate_by"), "default");
  const auto& spans = recording_.samples.span;
  EXPECT_GT(std::count_if(spans.begin(), spans.end(), [](Index span) { return span != kNone; }), 0);
}

TEST_F(GoldenHotspots, S7_ASpanThatWasNeverActiveHasNoSamplesAndThatIsSaid) {
  const std::vector<Index> forgotten = spans_named("forgotten");
  ASSERT_EQ(forgotten.size(), kGoldenRequests);
  const ScopedTime scope = engine_.scoped(forgotten, Scope::kSpan);
  EXPECT_EQ(scope.never_active, kGoldenRequests);
  EXPECT_GT(scope.elapsed_ns, 0);
  const SelectedTime time = engine_.time_of(scope);
  EXPECT_EQ(time.sampling.samples, 0u);
  EXPECT_EQ(time.on_threads.wall_ns(), 0);
}

TEST_F(GoldenHotspots, S9_SeveralSpansAreTheirUnion) {
  const Index root = of_endpoint("GET /report")[0], other = of_endpoint("GET /report")[1];
  const Index below = spans_named("render")[0];
  ASSERT_EQ(recording_.spans.root[below], root);
  EXPECT_EQ(time_of({root, below}).all(), time_of({root}).all());
  TimeParts sum = time_of({root}).all();
  sum += time_of({other}).all();
  EXPECT_EQ(time_of({root, other, root}).all(), sum);
}

TEST_F(GoldenHotspots, S10_TimeOfAMethodIsTrueWithinItsInterval) {
  const SelectedTime time = time_of(spans_named("render"));
  const TimeSum hot = method(time, "burn_hot", true), cold = method(time, "burn_cold", true);
  const auto interval = sampled_interval_ns(hot.sampled_ns, time.sampling);
  ASSERT_TRUE(interval);
  const std::int64_t both_ns = hot.sampled_ns + cold.sampled_ns;  // three rounds in four are hot
  EXPECT_LE(interval->first, both_ns * 3 / 4);
  EXPECT_GE(interval->second, both_ns * 3 / 4);
  EXPECT_LT(interval->second - interval->first, both_ns / 4);
}

TEST_F(GoldenHotspots, S11_TheRecordingSaysByWhichMeansEachCategoryWasHad) {
  for (const char* key : {"cpu_clock", "sampler", "run_queue", "uninstrumented_wait", "unwinder"}) {
    EXPECT_FALSE(recording_.settings.at(key).empty()) << key;
  }
}

TEST_F(GoldenHotspots, S12_MethodDurationsAreTheSumOfTheCategories) {
  for (const std::size_t scope : {0u, 1u, 2u, 3u}) {
    const SelectedTime time = time_of(of_endpoint("GET /report"), static_cast<Scope>(scope));
    TimeSum sum;
    for (const Method& row : engine_.methods(time)) sum += row.self;
    EXPECT_EQ(sum.ns, columns_of(time.all())) << kScopeIds[scope];
    EXPECT_EQ(sum.wall_ns(), time.all().wall_ns());
  }
}

TEST_F(GoldenHotspots, S13_CpuIsTheGrowthOfTheThreadsClock) {
  std::int64_t clock_ns = 0, partition_ns = 0;
  for (const std::vector<Event>& events : recording_.events) {
    const format::Edge &first = events.front().edge, &last = events.back().edge;
    clock_ns += (last.cpu_ns - last.stolen_ns) - (first.cpu_ns - first.stolen_ns);
  }
  for (const Segment& segment : partition_.segments) {
    partition_ns += segment.parts.category[at(Category::kCpu)];
  }
  EXPECT_EQ(partition_ns, clock_ns);
}

TEST_F(GoldenHotspots, S14_SynchronizationIsSleepAndSemaphore) {
  const TimeSum asleep = method(time_of(spans_named("query")), "sleep_ms");
  EXPECT_GE(asleep.wall_ns(), 40 * 2 * kMs);
  EXPECT_GE(asleep.ns[at(Category::kSync)], 40 * 2 * kMs * 9 / 10);
  EXPECT_EQ(asleep.sampled_ns, 0) << "a wait is exact";
  EXPECT_GE(waited("GET /report", "audit", Category::kSync), 40 * 10 * kMs);  // for its parent
}

// Java's own category; the run queue takes its place (design, section 1).
TEST_F(GoldenHotspots, S15_TheRunQueueIsACategoryOfItsOwn) {
  const TimeParts whole = engine_.time_of(engine_.whole()).on_threads;
  EXPECT_GT(whole.category[at(Category::kRunQueue)], 0);
  for (const std::string_view shown : format::kCategoryNames) EXPECT_NE(shown, "VM operations");
}

TEST_F(GoldenHotspots, S16_FileIoIsTheReadOfTheTerminal) {
  const std::int64_t ns = waited("GET /report", "ask_terminal", Category::kFile);
  EXPECT_GE(ns, 40 * kMs / 2);
  EXPECT_EQ(time_of(of_endpoint("GET /report")).all().category[at(Category::kFile)], ns);
}

TEST_F(GoldenHotspots, S17_SocketIoIsTheWaitForTheReply) {
  const std::int64_t ns = waited("GET /report", "ask_stock", Category::kSocket);
  EXPECT_GE(ns, 40 * kMs / 2);
  EXPECT_EQ(time_of(of_endpoint("GET /report")).all().category[at(Category::kSocket)], ns);
}

TEST_F(GoldenHotspots, S18_MonitorEnterIsTheWaitForTheMutex) {
  const std::int64_t ns = waited("GET /report", "read_catalogue", Category::kLock);
  EXPECT_GE(ns, 40 * 2 * kMs / 2);
  const TimeParts whole = engine_.time_of(engine_.whole()).on_threads;
  EXPECT_EQ(whole.category[at(Category::kLock)], ns);
}

// The remainder that nothing measured is the signed residual, apart from `other` (design, section
// 1, in place of "never negative").
TEST_F(GoldenHotspots, S19_UncategorizedHasReasonsAndTheResidualIsApart) {
  for (const char* wanted : {"GET /report", "POST /order"}) {
    const TimeParts all = time_of(of_endpoint(wanted)).all();
    std::int64_t reasons_ns = 0;
    for (const std::int64_t ns : all.other) reasons_ns += ns;
    EXPECT_EQ(reasons_ns, all.category[at(Category::kOther)]);
    EXPECT_EQ(all.wall_ns() - all.residual_ns,
              std::accumulate(all.category.begin(), all.category.end(), std::int64_t{0}));
  }
  const TimeParts report = time_of(of_endpoint("GET /report")).all();
  EXPECT_GE(report.other[index_of(OtherReason::kUninstrumentedWait)], 40 * kMs);
  const TimeParts order = time_of(of_endpoint("POST /order")).all();
  EXPECT_GE(order.other[index_of(OtherReason::kNotOnAnyThread)], 40 * kMs);  // in the queue
}

TEST_F(GoldenHotspots, S20_ReverseTreesConserveEachLevel) {
  const SelectedTime time = time_of(of_endpoint("GET /report"));
  const CallTree tree = engine_.tree(time, TreeDirection::kReverse, 64);
  expect_tree_adds_up(tree, time);
  std::string callers_of_hot;
  for (const TreeNode& node : tree.nodes) {
    if (node.parent == kNone || tree.nodes[node.parent].parent != kNone) continue;
    if (engine_.paths().frames()[tree.nodes[node.parent].frame].function.starts_with("spin")) {
      callers_of_hot += engine_.paths().frames()[node.frame].function + ";";
    }
  }
  EXPECT_NE(callers_of_hot.find("burn_hot"), std::string::npos) << callers_of_hot;
}

TEST_F(GoldenHotspots, S21_PercentsSumToOneHundred) {
  for (const std::size_t scope : {0u, 1u, 2u, 3u}) {
    const TimeColumns columns =
        columns_of(time_of(of_endpoint("GET /report"), static_cast<Scope>(scope)).all());
    const auto tenths = tenths_of_percent({columns.begin(), columns.end()});
    EXPECT_EQ(std::accumulate(tenths.begin(), tenths.end(), std::int64_t{0}), 1000);
  }
}

TEST_F(GoldenHotspots, S22_OneCategoryHasTheSameTotals) {
  const SelectedTime time = time_of(of_endpoint("GET /report"));
  for (std::size_t column = 0; column < kTimeColumns; ++column) {
    std::int64_t sum_ns = 0;
    for (const Method& row : engine_.methods(time, column)) sum_ns += row.self.ns[column];
    EXPECT_EQ(sum_ns, columns_of(time.all())[column]);
  }
}

TEST_F(GoldenHotspots, S23_TheFlameGraphHasTheSameTotals) {
  const SelectedTime time = time_of(of_endpoint("GET /report"));
  expect_tree_adds_up(engine_.tree(time, TreeDirection::kTopDown, 64), time);
  expect_tree_adds_up(engine_.tree(time, TreeDirection::kTopDown, 2), time);
}

TEST_F(GoldenHotspots, S25_ChildrenAreOnAnyThreadButNotRemote) {
  const std::vector<Index> reports = of_endpoint("GET /report");
  ASSERT_EQ(reports.size(), kGoldenRequests);
  const ScopedTime scope = engine_.scoped(reports, Scope::kChildren);
  EXPECT_EQ(scope.spans, 5 * kGoldenRequests);        // HTTP GET, forgotten, query, audit, render
  EXPECT_EQ(scope.outliving_spans, kGoldenRequests);  // audit
  EXPECT_GE(method(engine_.time_of(scope), "sleep_ms").ns[at(Category::kSync)],
            40 * 3 * kMs * 9 / 10);
  const std::vector<Index> stock = of_endpoint("GET /stock");
  ASSERT_EQ(stock.size(), kGoldenRequests);
  for (const Index row : stock) {  // below a report by its parent's id, a request all the same
    const Index caller = engine_.index().forest().find(recording_.spans.parent_span_id[row]);
    ASSERT_NE(caller, kNone);
    EXPECT_EQ(endpoint(caller), "GET /report");
    EXPECT_EQ(engine_.index().forest().parent(row), kNone);
  }
}

TEST_F(GoldenHotspots, S26_ASpanAloneIsWithoutItsChildren) {
  for (const Index root : of_endpoint("GET /report")) {
    EXPECT_EQ(time_of({root}, Scope::kSpan).on_threads, partition_.span_self[root]);
    TimeParts sum;
    for (Index row = 0; row < recording_.spans.size(); ++row) {
      if (recording_.spans.root[row] == root) sum += time_of({row}, Scope::kSpan).on_threads;
    }
    EXPECT_EQ(sum, time_of({root}).on_threads);
  }
  EXPECT_EQ(method(time_of(of_endpoint("GET /report"), Scope::kSpan), "burn_hot", true).wall_ns(),
            0);
}

TEST_F(GoldenHotspots, S27_AnUnrelatedThreadAppearsInThePeriod) {
  const std::vector<Index> reports = of_endpoint("GET /report");
  EXPECT_EQ(method(time_of(reports), "burn_unrelated", true).wall_ns(), 0);
  EXPECT_GT(method(time_of(reports, Scope::kPeriod), "burn_unrelated", true).ns[at(Category::kCpu)],
            100 * kMs);
}

TEST_F(GoldenHotspots, S24_S28_FourScopesOfWhichFullIsTheMinutes) {
  EXPECT_EQ(kScopeIds, (std::array<std::string_view, 4>{"span", "children", "period", "full"}));
  const ScopedTime full = engine_.scoped({of_endpoint("GET /report")[3]}, Scope::kFull);
  ASSERT_EQ(full.windows.size(), 1u);
  EXPECT_EQ(full.windows[0].begin_ns, engine_.index().begin_ns());
  EXPECT_EQ(full.windows[0].end_ns, full.windows[0].begin_ns + 60'000 * kMs);
  EXPECT_EQ(engine_.time_of(full).on_threads, engine_.time_of(engine_.whole()).on_threads);
}

}  // namespace
}  // namespace plumbline::analysis

// Truth of requests that are not one thread's from end to end: by hand, in small figures.
#include <gtest/gtest.h>

#include "harness/scoring/overlay.h"
#include "harness/truth/ledger_tiling.h"
#include "harness/truth/machine.h"
#include "harness/truth/truth.h"

namespace plumbline::harness {
namespace {

using format::Category;
using workloads::LedgerKind;
using workloads::LedgerRecord;

constexpr auto kCpu = static_cast<std::size_t>(Category::kCpu);

LedgerRecord record(LedgerKind kind, std::uint8_t step, std::int64_t t0_ns, std::int64_t t1_ns,
                    std::int64_t cpu_ns, std::int64_t detail) {
  return {
      0, 0,     step, kind, 0, t0_ns, t1_ns, cpu_ns > 0 ? 1000 : 0, cpu_ns > 0 ? 1000 + cpu_ns : 0,
      0, detail};
}

// A request of 100 ns: 20 on thread 1, of which 4 in the run queue, then 30 on thread 2.
workloads::Ledger two_threads() {
  workloads::Ledger ledger;
  ledger.spec_json = R"({"name": "s", "workers": 1, "rounds": 1, "endpoints": [{"name": "a",
    "steps": [{"category": "cpu", "iterations": 1, "function": "parse_rows"},
              {"category": "cpu", "iterations": 1, "function": "plan_query"}]}]})";
  workloads::LedgerThread first, second;
  first.tid = 1;
  first.end_ns = 1000;
  first.records = {record(LedgerKind::kCpu, 1, 12, 28, 14, 1),
                   record(LedgerKind::kStretch, 0, 10, 30, 16, 4)};
  first.span_ids = {{77, 1, 0}};
  second.tid = 2;
  second.begin_ns = 40;
  second.end_ns = 1000;
  second.records = {record(LedgerKind::kCpu, 2, 52, 78, 26, 1),
                    record(LedgerKind::kStretch, 0, 50, 80, 30, 0),
                    record(LedgerKind::kSpan, 0, 0, 100, 0, 0)};
  second.span_ids = {{77, 1, 0}, {77, 2, 0}};
  ledger.threads = {first, second};
  return ledger;
}

// Fault: the CPU of a thread that the request left, or of others in between, booked to it.
TEST(SplitSpan, CostsWhatItsStretchesSay) {
  const workloads::Ledger ledger = two_threads();
  const Truth truth = truth_of(ledger, workloads::parse_spec(ledger.spec_json, "test"),
                               WaitDefinition::kExcludesRunQueue);
  const EndpointTruth& a = truth.endpoints.at(0);
  EXPECT_EQ(a.requests, 1);
  EXPECT_EQ(a.wall_ns, 100);
  EXPECT_EQ(a.of(Category::kCpu).lo_ns, 16 + 30);
  EXPECT_EQ(a.of(Category::kRunQueue).lo_ns, 4);
  EXPECT_EQ(a.of(Category::kOther).lo_ns, 100 - 20 - 30);
  EXPECT_EQ(a.of(Category::kOther).hi_ns, 100 - 20 - 30);
  EXPECT_TRUE(a.of(Category::kOther).injected);
  EXPECT_EQ(a.edges, 2 * 5);
}

// Two spans of a request at the same time on two threads: covered once, paid twice.
TEST(SplitSpan, StretchesAtOneTimeCoverItOnce) {
  workloads::Ledger ledger = two_threads();
  for (LedgerRecord& moved : ledger.threads[1].records) {
    if (moved.kind == LedgerKind::kSpan) continue;
    moved.t0_ns -= 30;  // the stretch: 20 to 50
    moved.t1_ns -= 30;
  }
  const Truth truth = truth_of(ledger, workloads::parse_spec(ledger.spec_json, "test"),
                               WaitDefinition::kExcludesRunQueue);
  EXPECT_EQ(truth.endpoints.at(0).of(Category::kOther).lo_ns, 100 - 40);
  EXPECT_EQ(truth.endpoints.at(0).of(Category::kCpu).lo_ns, 16 + 30);
}

// Fault: what two threads did at one time is set against the wall that it took once, so that time
// which the host took looks accounted for, and is the profiler's. Seen in: handed_spans at a steal
// of 10-18 %, where its residual failed. Pass: the ledger's own clocks leave it over.
TEST(SplitSpan, TimeTheHostTookIsSeenThoughStretchesOverlap) {
  workloads::Ledger ledger = two_threads();
  const auto unaccounted_ns = [&] {
    return truth_of(ledger, workloads::parse_spec(ledger.spec_json, "test"),
                    WaitDefinition::kExcludesRunQueue)
        .endpoints.at(0)
        .unaccounted_ns();
  };
  EXPECT_EQ(unaccounted_ns(), 0);
  LedgerRecord& moved = ledger.threads[1].records[1];
  moved.t0_ns -= 30;
  moved.t1_ns -= 30;
  EXPECT_EQ(unaccounted_ns(), 0);
  moved.c1_ns -= 10;
  EXPECT_EQ(unaccounted_ns(), 10);
}

TEST(SplitSpan, TilesByItsStretches) {
  workloads::Ledger ledger = two_threads();
  EXPECT_EQ(check_tiling(ledger).overlap_ns, 0);
  EXPECT_EQ(check_tiling(ledger).tiling_error_ns, 0);
  EXPECT_EQ(placed_activations(ledger).size(), 2U);
  ledger.threads[1].records[0].t1_ns = 85;  // five after its stretch
  EXPECT_EQ(check_tiling(ledger).tiling_error_ns, 5);
}

// 50 ns on threads, 46 on a CPU, 4 queued: nothing is left, though the request lasted 100.
TEST(SplitSpan, ClosesByItsStretches) { EXPECT_EQ(read_machine(two_threads(), 0).closure_pct, 0); }

TEST(SplitSpan, OwnsTheSegmentsOfItsStretches) {
  Profile profile;
  ReportedSegment first{10, 30, 77, {}}, second{50, 80, 78, {}};
  first.parts.category[kCpu] = 20;
  second.parts.category[kCpu] = 30;
  profile.threads[1] = {first};
  profile.threads[2] = {second};
  const Overlay seen = overlay(two_threads(), profile);
  EXPECT_EQ(seen.links.right_ns, 28 - 12);
  EXPECT_EQ(seen.links.wrong_ns, 78 - 52);
  EXPECT_EQ(seen.links.none_ns, 0);
}

}  // namespace
}  // namespace plumbline::harness

// Segments inside the process: what may be written of them, and that each is what it says.
#include "workloads/thread_segments.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/io/error.h"
#include "tests/workloads/spec_complaint.h"
#include "workloads/runner/workload.h"
#include "workloads/schedule.h"
#include "workloads/spec.h"

namespace plumbline::workloads {
namespace {

using nlohmann::json;

// A scenario of one endpoint with these steps.
std::string scenario(const std::string& steps, const std::string& more = "") {
  return R"({"name": "s", "workers": 1, "rounds": 5, )" + more +
         R"("endpoints": [{"name": "e", "steps": [)" + steps + "]}]}";
}

std::string wait_step(const std::string& category, const std::string& primitive,
                      const std::string& more = "") {
  return R"({"category": ")" + category + R"(", "duration_us": 3000, "primitive": ")" + primitive +
         "\"" + more + "}";
}

std::vector<LedgerRecord> records_of(const Ledger& ledger, LedgerKind kind) {
  std::vector<LedgerRecord> records;
  for (const LedgerThread& thread : ledger.threads) {
    for (const LedgerRecord& record : thread.records) {
      if (record.kind == kind) records.push_back(record);
    }
  }
  return records;
}

constexpr std::int64_t kBeforeNs = 100'000;  // an end may be just before its phase

Ledger run(const std::string& text) { return run_workload(parse_spec(text, "s.json"), {}); }

// Fault: work that is meant to be in lock-step drifts. Seen in: rounds of so many iterations, in
// which gperftools was 2.2 points off; it is 72 off in these.
// Pass: of n = 200 rounds the median end of either step is at most 30 us behind its phase, however
// long the round before took; that the host takes as much from half of them is not seen.
TEST(Cpu, EndsAtAPhaseOfTheClock) {
  const Ledger ledger = run(
      R"({"name": "s", "workers": 1, "rounds": 200, "endpoints": [{"name": "e", "steps": [
        {"category": "cpu", "until_us": 400, "of_us": 1000, "function": "build_report"},
        {"category": "cpu", "until_us": 1000, "of_us": 1000, "function": "parse_rows"}]}]})");
  std::map<int, std::vector<std::int64_t>> behind_ns;
  for (const LedgerRecord& record : records_of(ledger, LedgerKind::kCpu)) {
    const std::int64_t phase_ns = record.step == 1 ? 400'000 : 0;
    behind_ns[record.step].push_back((record.t1_ns - phase_ns + kBeforeNs) % 1'000'000 - kBeforeNs);
  }
  ASSERT_EQ(behind_ns.size(), 2U);
  for (auto& [step, all] : behind_ns) {
    ASSERT_EQ(all.size(), 200U);
    std::ranges::nth_element(all, all.begin() + 100);
    EXPECT_LT(std::abs(all[100]), 30'000) << "step " << step;
  }
}

struct Wait {
  const char* category;
  const char* primitive;
};

class EveryWait : public testing::TestWithParam<Wait> {};

// Fault: a primitive that comes back early (a latch made anew too soon, a semaphore with a post too
// many) or whose partner says nothing.
// Pass: each of n = 15 waits, repeated ones too, lasts the time that was asked for, and ends after
// its partner let go; that is exact. A worker that the host stops before it goes to sleep finds the
// partner gone and does not block, which the record says: once was seen, while the host took 5 %.
// More than 8 of 15 come by that once in 10^7 runs of all primitives, were it one wait in twenty.
TEST_P(EveryWait, LastsUntilItsPartnerLetsGo) {
  const Wait& wait = GetParam();
  const Ledger ledger = run(scenario(wait_step(wait.category, wait.primitive) + "," +
                                     wait_step(wait.category, wait.primitive, R"(, "repeat": 2)")));
  const LedgerKind kind =
      std::string(wait.category) == "lock" ? LedgerKind::kLock : LedgerKind::kSync;
  const std::vector<LedgerRecord> waits = records_of(ledger, kind);
  ASSERT_EQ(waits.size(), 15U);
  int unblocked = 0;
  for (const LedgerRecord& record : waits) {
    EXPECT_EQ(record.intended_ns, 3'000'000);
    EXPECT_GE(record.t1_ns, record.t0_ns + record.intended_ns);
    unblocked += record.release_ns == 0 ? 1 : 0;
    if (record.release_ns == 0) continue;
    EXPECT_GE(record.release_ns, record.t0_ns + record.intended_ns);
    EXPECT_LE(record.release_ns, record.t1_ns);
  }
  EXPECT_LE(unblocked, 8);
}

const std::vector<Wait> kWaits = {
    {"lock", "mutex"},       {"lock", "timed_mutex"},  {"lock", "adaptive_mutex"},
    {"lock", "rwlock_read"}, {"lock", "rwlock_write"}, {"sync", "sleep"},
    {"sync", "condvar"},     {"sync", "semaphore"},    {"sync", "barrier"},
    {"sync", "latch"},       {"sync", "future"},       {"sync", "atomic_wait"},
    {"sync", "join"},        {"sync", "child_process"}};

INSTANTIATE_TEST_SUITE_P(Each, EveryWait, testing::ValuesIn(kWaits),
                         [](const auto& each) { return std::string(each.param.primitive); });

// Fault: a queue that is not there yet when the worker comes, or has fewer in it than were asked
// for: the worker is then through before its time.
// Pass: of n = 20 waits behind a holder and three more, each ends after the last stamp, and 16 last
// as long as the four together. The rest are for workers that the host stops, as above: they then
// come between two holders, or find the mutex free.
TEST(ThreadSegments, AConvoyLetsItsWorkerThroughLast) {
  const Ledger ledger =
      run(scenario(wait_step("lock", "convoy", R"(, "waiters": 4)") + "," +
                   wait_step("lock", "convoy", R"(, "waiters": 4, "repeat": 3)")));
  const std::vector<LedgerRecord> waits = records_of(ledger, LedgerKind::kLock);
  ASSERT_EQ(waits.size(), 20U);
  int whole = 0;
  for (const LedgerRecord& record : waits) {
    EXPECT_LE(record.release_ns, record.t1_ns);
    whole += record.release_ns >= record.t0_ns + record.intended_ns ? 1 : 0;
  }
  EXPECT_GE(whole, 16);
}

// Each that queues before a worker is a thread too.
TEST(ThreadSegments, AConvoyCountsAsItsThreads) {
  const std::string full = wait_step("lock", "convoy", R"(, "waiters": 16)");
  EXPECT_EQ(complaint_about(scenario(full + "," + full)), "no complaint");
  EXPECT_EQ(complaint_about(scenario(full + "," + full + "," + wait_step("lock", "mutex"))),
            "s.json: endpoints[0].steps: expected at most 32 lock and sync segments that a partner "
            "thread serves, found an array");
}

// By the thread's CPU clock: at least two thirds of the time that the partner held it, or the
// worker did not get a CPU, which its run queue would show.
TEST(ThreadSegments, ASpinningWaitDoesNotBlock) {
  const Ledger ledger = run(scenario(wait_step("lock", "spin")));
  for (const LedgerRecord& record : records_of(ledger, LedgerKind::kLock)) {
    EXPECT_EQ(record.release_ns, 0);
    EXPECT_GE(record.t1_ns - record.t0_ns, record.intended_ns);
  }
}

// The harness knows it as `other`; no library was called.
TEST(ThreadSegments, AnInlineSleepLastsItsTime) {
  const Ledger ledger = run(scenario(
      R"({"category": "other", "duration_us": 2000, "operation": "inline_sleep", "repeat": 3})"));
  const std::vector<LedgerRecord> waits = records_of(ledger, LedgerKind::kOther);
  ASSERT_EQ(waits.size(), 15U);
  for (const LedgerRecord& record : waits) {
    EXPECT_EQ(record.release_ns, record.t0_ns + 2'000'000);
    EXPECT_GE(record.t1_ns, record.release_ns);
  }
}

// A lock that nobody else holds; what follows it is never off the CPU by itself.
TEST(ThreadSegments, AWaitThatNeverBlockedIsMarked) {
  const Ledger ledger = run(scenario(
      R"({"category": "lock", "primitive": "contended", "name": "alone", "repeat": 100})"));
  const std::vector<LedgerRecord> waits = records_of(ledger, LedgerKind::kLock);
  ASSERT_EQ(waits.size(), 500U);
  std::int64_t marked = 0;
  for (const LedgerRecord& record : waits) marked += record.release_ns == 0 ? 1 : 0;
  // Only a preemption in between can take one from the count; there are 500 of 100 ns.
  EXPECT_GE(marked, 450);
}

// Four workers, one lock: no two held it at once; each wait was let go after the hold before it.
TEST(ThreadSegments, AContendedLockIsReleasedByItsLastHolder) {
  const Ledger ledger = run(
      R"({"name": "s", "workers": 4, "rounds": 40, "endpoints": [{"name": "e", "steps": [
        {"category": "lock", "primitive": "contended", "name": "one", "hold_us": 500}]}]})");
  std::vector<LedgerRecord> holds = records_of(ledger, LedgerKind::kSync);
  ASSERT_EQ(holds.size(), 40U);
  std::sort(holds.begin(), holds.end(),
            [](const LedgerRecord& a, const LedgerRecord& b) { return a.t0_ns < b.t0_ns; });
  for (std::size_t i = 1; i < holds.size(); ++i) EXPECT_LE(holds[i - 1].t1_ns, holds[i].t0_ns);
  int blocked = 0;
  for (const LedgerRecord& record : records_of(ledger, LedgerKind::kLock)) {
    if (record.release_ns <= record.t0_ns) continue;
    ++blocked;
    EXPECT_LE(record.release_ns, record.t1_ns);
    std::int64_t last_hold_end_ns = 0;
    for (const LedgerRecord& hold : holds) {
      if (hold.t1_ns <= record.t1_ns) last_hold_end_ns = std::max(last_hold_end_ns, hold.t1_ns);
    }
    EXPECT_GE(record.release_ns, last_hold_end_ns);
  }
  EXPECT_GT(blocked, 0);
}

TEST(ThreadSegments, ARepeatedStepHasAnAmountAndARecordEachTime) {
  const Spec spec =
      parse_spec(scenario(R"({"span": "burst", "repeat": 3, "steps": [
                    {"category": "cpu", "duration_us": 100, "function": "parse_rows", "repeat": 4},
                    {"category": "sync", "duration_us": 200, "primitive": "sleep"}]})",
                          R"("jitter": {"distribution": "uniform", "percent": 50}, )"),
                 "s.json");
  EXPECT_EQ(records_of_request(spec.endpoints[0]), 1 + 3 * (1 + 4 + 1));
  const Schedule schedule = make_schedule(spec, 3);
  const Ledger ledger = run_workload(spec, {3, {}, false});
  for (const ScheduledRequest& request : schedule.workers[0]) {
    ASSERT_EQ(request.amounts.size(), 19U);
    std::vector<std::int64_t> scheduled, intended;
    for (const std::int64_t amount : request.amounts) {
      if (amount > 0) scheduled.push_back(amount);
    }
    for (const LedgerRecord& record : ledger.threads[0].records) {
      const bool is_segment = record.kind == LedgerKind::kCpu || record.kind == LedgerKind::kSync;
      if (is_segment && record.request == request.number) intended.push_back(record.intended_ns);
    }
    EXPECT_EQ(intended, scheduled);
    EXPECT_NE(scheduled[0], scheduled[1]);
  }
}

struct Complaint {
  const char* step;
  const char* message;  // after "s.json: endpoints[0].steps[0]"
};

TEST(ThreadSegments, EachWrongKeyIsOneLine) {
  const std::vector<Complaint> complaints = {
      {R"({"category": "lock", "duration_us": 1, "primitive": "futex"})",
       ".primitive: expected one of \"mutex\", \"timed_mutex\", \"adaptive_mutex\", "
       "\"rwlock_read\", \"rwlock_write\", \"spin\", \"convoy\", \"contended\", "
       "\"process_shared\", found \"futex\""},
      {R"({"category": "lock", "duration_us": 1, "primitive": "convoy"})",
       ".waiters: expected an integer from 1 to 16, found nothing"},
      {R"({"category": "lock", "duration_us": 1, "primitive": "convoy", "waiters": 17})",
       ".waiters: expected an integer from 1 to 16, found 17"},
      {R"({"category": "lock", "duration_us": 1, "primitive": "mutex", "waiters": 2})",
       ": unknown key \"waiters\"; expected only category, duration_us, primitive, name, repeat"},
      {R"({"category": "sync", "duration_us": 1, "primitive": "park"})",
       ".primitive: expected one of \"sleep\", \"condvar\", \"semaphore\", \"barrier\", "
       "\"latch\", \"future\", \"atomic_wait\", \"join\", \"child_process\", found \"park\""},
      {R"({"category": "lock", "primitive": "contended"})",
       ".name: expected a text of 1 to 100 bytes without control characters, found nothing"},
      {R"({"category": "lock", "primitive": "contended", "name": "a", "duration_us": 5})",
       ": unknown key \"duration_us\"; expected only category, primitive, name, hold_us, repeat"},
      {R"({"category": "lock", "primitive": "contended", "name": "a", "hold_us": -1})",
       ".hold_us: expected an integer from 0 to 60000000, found -1"},
      {R"({"category": "lock", "duration_us": 1, "primitive": "mutex", "hold_us": 1})",
       ": unknown key \"hold_us\"; expected only category, duration_us, primitive, name, repeat"},
      {R"({"category": "other", "duration_us": 1, "operation": "ioctl"})",
       ".operation: expected \"inline_sleep\", found \"ioctl\""},
      {R"({"category": "cpu", "duration_us": 1, "shape": "round"})",
       ".shape: expected one of \"leaf\", \"deep\", \"inlined\", \"recursive\", \"vdso\", "
       "\"libc\", "
       "\"tiny_calls\", found \"round\""},
      {R"({"category": "cpu", "duration_us": 1, "shape": "deep"})",
       ".depth: expected an integer from 1 to 1000, found nothing"},
      {R"({"category": "cpu", "duration_us": 1, "shape": "deep", "depth": 1001})",
       ".depth: expected an integer from 1 to 1000, found 1001"},
      {R"({"category": "cpu", "duration_us": 1, "shape": "vdso", "function": "parse_rows"})",
       ": unknown key \"function\"; expected only category, duration_us, iterations, shape, "
       "repeat"},
      {R"({"category": "sync", "duration_us": 1, "primitive": "join", "repeat": 0})",
       ".repeat: expected an integer from 1 to 1000000, found 0"},
  };
  for (const Complaint& complaint : complaints) {
    EXPECT_EQ(complaint_about(scenario(complaint.step)),
              std::string("s.json: endpoints[0].steps[0]") + complaint.message);
  }
}

// Repeats multiply: a billion spans in a line.
TEST(ThreadSegments, RefusesABillionSpans) {
  std::string steps = R"({"category": "cpu", "iterations": 1, "function": "parse_rows"})";
  for (int depth = 0; depth < 7; ++depth) {
    steps = R"({"span": "s", "repeat": 1000000, "steps": [)" + steps + "]}";
    EXPECT_EQ(complaint_about(scenario(steps)),
              "s.json: rounds: expected so few requests that the whole run has at most 4000000 "
              "spans and segments, found 5");
  }
}

// Every step that a partner thread serves takes one for each worker.
TEST(ThreadSegments, RefusesThousandsOfPartnerThreads) {
  std::string steps = wait_step("lock", "mutex");
  for (int i = 1; i < 32; ++i) steps += "," + wait_step("sync", "condvar");
  EXPECT_EQ(complaint_about(scenario(steps)), "no complaint");
  EXPECT_EQ(complaint_about(scenario(steps + "," + wait_step("sync", "join"))),
            "s.json: endpoints[0].steps: expected at most 32 lock and sync segments that a partner "
            "thread serves, found an array");
}

}  // namespace
}  // namespace plumbline::workloads

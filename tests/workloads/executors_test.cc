// Who runs requests: whatever the executor, the ledger holds the whole schedule, and adds up.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "analysis/io/error.h"
#include "tests/workloads/spec_complaint.h"
#include "workloads/runner/workload.h"
#include "workloads/schedule.h"
#include "workloads/spec.h"

namespace plumbline::workloads {
namespace {

constexpr std::uint64_t kSeed = 5;

const char* const kEndpoints = R"("endpoints": [
  {"name": "a", "weight": 2, "steps": [
    {"category": "cpu", "iterations": 20000, "function": "build_report"},
    {"span": "outer", "repeat": 2, "steps": [
      {"category": "lock", "duration_us": 400, "primitive": "mutex"},
      {"span": "inner", "steps": [
        {"category": "sync", "duration_us": 300, "primitive": "condvar", "repeat": 3}]}]}]},
  {"name": "b", "steps": [
    {"category": "sync", "duration_us": 300, "primitive": "sleep"},
    {"category": "other", "duration_us": 300, "operation": "inline_sleep"},
    {"category": "lock", "primitive": "contended", "name": "one", "hold_us": 200}]}])";

std::string scenario(const std::string& keys) {
  return R"({"name": "s", "workers": 2, "rounds": 8, )" + keys +
         R"("jitter": {"distribution": "uniform", "percent": 20}, )" + kEndpoints + "}";
}

bool is_segment(const LedgerRecord& record) {
  return record.kind < LedgerKind::kSpan || record.kind == LedgerKind::kOther;
}

// Amounts of each request's segments, sorted: the order is the executor's.
using Amounts = std::map<std::uint32_t, std::vector<std::int64_t>>;

Amounts scheduled(const Spec& spec) {
  Amounts amounts;
  for (const auto& requests : make_schedule(spec, kSeed).workers) {
    for (const ScheduledRequest& request : requests) {
      for (const std::int64_t amount : request.amounts) {
        if (amount > 0) amounts[request.number].push_back(amount);
      }
    }
  }
  return amounts;
}

Amounts ran(const Ledger& ledger) {
  Amounts amounts;
  for (const LedgerThread& thread : ledger.threads) {
    for (const LedgerRecord& record : thread.records) {
      const bool is_hold = record.endpoint == 1 && record.step == 3;
      if (!is_segment(record) || is_hold) continue;
      const bool counted = record.kind == LedgerKind::kCpu && record.intended_ns == 0;
      amounts[record.request].push_back(counted ? record.detail : record.intended_ns);
    }
  }
  return amounts;
}

void sort_all(Amounts& amounts) {
  for (auto& [request, list] : amounts) std::sort(list.begin(), list.end());
}

class EveryExecutor : public testing::TestWithParam<const char*> {
 protected:
  const Spec spec_ =
      parse_spec(scenario(std::string(R"("executor": ")") + GetParam() + "\", "), "s.json");
  const Ledger ledger_ = run_workload(spec_, {kSeed, {}, false});
};

TEST_P(EveryExecutor, RunsItsScheduleToTheLetter) {
  Amounts expected = scheduled(spec_);
  Amounts found = ran(ledger_);
  sort_all(expected);
  sort_all(found);
  EXPECT_EQ(found, expected);
  std::map<std::pair<std::uint32_t, int>, int> spans;
  for (const LedgerThread& thread : ledger_.threads) {
    for (const LedgerRecord& record : thread.records) {
      if (record.kind == LedgerKind::kSpan) ++spans[{record.request, record.step}];
    }
  }
  for (const auto& [request, amounts] : expected) EXPECT_EQ((spans[{request, 0}]), 1);
}

// Exact, in integers: segments of a thread do not overlap, and each lies in one stretch or one
// unsplit root span of its request.
TEST_P(EveryExecutor, ItsSegmentsTileItsThreads) {
  for (const LedgerThread& thread : ledger_.threads) {
    std::int64_t last_ns = thread.begin_ns;
    for (std::size_t row = 0; row < thread.records.size(); ++row) {
      const LedgerRecord& segment = thread.records[row];
      if (!is_segment(segment)) continue;
      EXPECT_GE(segment.t0_ns, last_ns);
      last_ns = segment.t1_ns;
      const auto owns = [&](const LedgerRecord& record) {
        const bool whole_span =
            record.kind == LedgerKind::kSpan && record.step == 0 && record.c1_ns > 0;
        return (whole_span || record.kind == LedgerKind::kStretch) &&
               record.request == segment.request && record.t0_ns <= segment.t0_ns &&
               record.t1_ns >= segment.t1_ns;
      };
      EXPECT_EQ(std::count_if(thread.records.begin() + static_cast<std::ptrdiff_t>(row),
                              thread.records.end(), owns),
                1);
    }
    EXPECT_LE(last_ns, thread.end_ns);
  }
}

INSTANTIATE_TEST_SUITE_P(Each, EveryExecutor,
                         testing::Values("threads", "new_threads", "pool", "event_loop",
                                         "coroutines", "coroutine_pool"),
                         [](const auto& each) { return std::string(each.param); });

std::set<std::uint32_t> requests_of(const LedgerThread& thread) {
  std::set<std::uint32_t> requests;
  for (const LedgerRecord& record : thread.records) {
    if (is_segment(record)) requests.insert(record.request);
  }
  return requests;
}

TEST(Executors, NewThreadsRunOneRequestEach) {
  const Ledger ledger =
      run_workload(parse_spec(scenario(R"("executor": "new_threads", )"), "s.json"), {});
  ASSERT_EQ(ledger.threads.size(), 2U + 24U);
  for (const LedgerThread& thread : ledger.threads) {
    EXPECT_EQ(requests_of(thread).size(), thread.name == "request" ? 1U : 0U);
  }
}

// Fault: an event loop that ends each request before it begins the next.
TEST(Executors, RequestsInFlightTakeTurns) {
  for (const char* executor : {"event_loop", "coroutines", "coroutine_pool"}) {
    const Ledger ledger = run_workload(
        parse_spec(scenario(std::string(R"("in_flight": 3, "executor": ")") + executor + "\", "),
                   "s.json"),
        {});
    for (const LedgerThread& thread : ledger.threads) {
      std::int64_t changes = 0, stretches = 0;
      std::uint32_t last = 0;
      for (const LedgerRecord& record : thread.records) {
        if (record.kind != LedgerKind::kStretch) continue;
        changes += record.request != last ? 1 : 0;
        last = record.request;
        ++stretches;
      }
      EXPECT_GT(2 * changes, stretches) << executor;
    }
  }
}

// Fault: a coroutine that is resumed where it was suspended, so that nothing changes threads.
// Pass: of each request, any two turns that follow one another are on two workers, and its spans,
// which are open all the while, end on another one than they began where the turns are even.
TEST(Executors, ACoroutineOfAPoolGoesOnOnTheNextThread) {
  const Ledger ledger = run_workload(
      parse_spec(scenario(R"("executor": "coroutine_pool", "in_flight": 3, )"), "s.json"), {});
  std::map<std::uint32_t, std::map<std::int64_t, std::string>> turns;
  for (const LedgerThread& thread : ledger.threads) {
    for (const LedgerRecord& record : thread.records) {
      if (record.kind == LedgerKind::kStretch) turns[record.request][record.t0_ns] = thread.name;
    }
  }
  ASSERT_EQ(turns.size(), 24U);
  for (const auto& [request, threads] : turns) {
    EXPECT_GE(threads.size(), 3U);
    for (auto turn = threads.begin(); std::next(turn) != threads.end(); ++turn) {
      EXPECT_NE(turn->second, std::next(turn)->second) << "request " << request;
    }
  }
}

TEST(Executors, APoolQueuesWhatItCannotRunYet) {
  const Ledger ledger =
      run_workload(parse_spec(scenario(R"("executor": "pool", "in_flight": 3, )"), "s.json"), {});
  std::map<std::uint32_t, std::vector<LedgerRecord>> stretches;
  int submitted = 0;
  for (const LedgerThread& thread : ledger.threads) {
    EXPECT_EQ(requests_of(thread).empty(), thread.name.starts_with("worker-")) << thread.name;
    for (const LedgerRecord& record : thread.records) {
      if (record.kind == LedgerKind::kStretch) stretches[record.request].push_back(record);
    }
  }
  for (const auto& [request, parts] : stretches) {
    ASSERT_EQ(parts.size(), 2U);  // submitted by the worker, run by the pool
    submitted += parts[1].t0_ns > parts[0].t1_ns ? 1 : 0;
  }
  EXPECT_EQ(submitted, 24);
}

std::string handed_scenario(const std::string& parent) {
  return R"({"name": "s", "workers": 2, "rounds": 6, "endpoints": [{"name": "a", "steps": [
    {"span": "there", "thread": "handed", )" +
         parent + R"( "repeat": 2, "steps": [
      {"category": "cpu", "iterations": 20000, "function": "plan_query"},
      {"category": "sync", "duration_us": 500, "primitive": "semaphore"}]},
    {"category": "cpu", "iterations": 10000, "function": "parse_rows"}]}]})";
}

TEST(Executors, AHandedSpanRunsOnAnotherThreadWhileItsParentWaits) {
  const Ledger ledger = run_workload(parse_spec(handed_scenario(""), "s.json"), {});
  ASSERT_EQ(ledger.threads.size(), 4U);
  std::map<std::uint32_t, std::vector<LedgerRecord>> waits, stretches;
  for (const LedgerThread& thread : ledger.threads) {
    for (const LedgerRecord& record : thread.records) {
      if (record.kind == LedgerKind::kStretch) {
        EXPECT_TRUE(thread.name.starts_with("pool-"));
        stretches[record.request].push_back(record);
      } else if (record.kind == LedgerKind::kSync && record.step == 1) {
        EXPECT_TRUE(thread.name.starts_with("worker-"));
        waits[record.request].push_back(record);
      }
    }
  }
  ASSERT_EQ(waits.size(), 6U);
  for (const auto& [request, list] : waits) {
    ASSERT_EQ(list.size(), 2U);
    for (std::size_t i = 0; i < list.size(); ++i) {
      EXPECT_LE(list[i].t0_ns, stretches[request][i].t0_ns);
      EXPECT_GE(list[i].t1_ns, stretches[request][i].t1_ns);
      EXPECT_GE(list[i].release_ns, stretches[request][i].t1_ns);
      EXPECT_LE(list[i].release_ns, list[i].t1_ns);
    }
  }
}

TEST(Executors, AParentThatGoesOnDoesNotWait) {
  const Ledger ledger =
      run_workload(parse_spec(handed_scenario(R"("parent": "goes_on",)"), "s.json"), {});
  int stretches = 0;
  for (const LedgerThread& thread : ledger.threads) {
    for (const LedgerRecord& record : thread.records) {
      stretches += record.kind == LedgerKind::kStretch ? 1 : 0;
      EXPECT_FALSE(record.kind == LedgerKind::kSync && record.step == 1);
    }
  }
  EXPECT_EQ(stretches, 12);
}

// Arrivals are never early; late ones come at once and do not shift the next.
TEST(Executors, AFixedRateIsKept) {
  constexpr std::int64_t kIntervalNs = 5'000'000;
  const Ledger ledger = run_workload(parse_spec(R"({"name": "s", "workers": 1, "rounds": 20,
        "arrival": {"mode": "fixed_rate", "interval_us": 5000}, "endpoints": [{"name": "a",
        "steps": [{"category": "cpu", "iterations": 1000, "function": "parse_rows"}]}]})",
                                                "s.json"),
                                     {});
  std::int64_t request = 0;
  for (const LedgerRecord& record : ledger.threads[0].records) {
    if (record.kind != LedgerKind::kSpan) continue;
    EXPECT_GE(record.t0_ns, ledger.threads[0].begin_ns + request * kIntervalNs);
    ++request;
  }
  EXPECT_EQ(request, 20);
}

TEST(Executors, EachWrongCombinationIsOneLine) {
  EXPECT_EQ(complaint_about(scenario(R"("executor": "gpu", )")),
            "s.json: executor: expected one of \"threads\", \"new_threads\", \"pool\", "
            "\"event_loop\", \"coroutines\", \"coroutine_pool\", found \"gpu\"");
  EXPECT_EQ(complaint_about(scenario(R"("in_flight": 4, )")),
            "s.json: in_flight: expected it only with pool, event_loop, coroutines or "
            "coroutine_pool, found 4");
  EXPECT_EQ(complaint_about(scenario(R"("executor": "pool", "in_flight": 1001, )")),
            "s.json: in_flight: expected an integer from 1 to 1000, found 1001");
  EXPECT_EQ(complaint_about(scenario(
                R"("executor": "event_loop", "arrival": {"mode": "closed", "think_us": 1}, )")),
            "s.json: arrival: expected no think time and no interval where requests take turns, "
            "found an object");
  EXPECT_EQ(complaint_about(scenario(R"("executor": "coroutines", "between": {"category": "cpu",
                                        "duration_us": 1, "function": "parse_rows"}, )")),
            "s.json: between: expected no work between requests where they take turns, found an "
            "object");
  std::string alone = scenario(R"("executor": "coroutine_pool", )");
  alone.replace(alone.find(R"("workers": 2)"), 12, R"("workers": 1)");
  EXPECT_EQ(complaint_about(alone),
            "s.json: workers: expected at least 2 where coroutines change threads, found 1");
  EXPECT_EQ(complaint_about(scenario(R"("arrival": {"mode": "fixed_rate", "think_us": 1}, )")),
            "s.json: arrival: unknown key \"think_us\"; expected only mode, interval_us");
  EXPECT_EQ(complaint_about(handed_scenario(R"("parent": "sleeps",)")),
            "s.json: endpoints[0].steps[0].parent: expected one of \"waits\", \"goes_on\", found "
            "\"sleeps\"");
  std::string parent_only = handed_scenario(R"("parent": "waits",)");
  parent_only.replace(parent_only.find("handed"), 6, "same");
  EXPECT_EQ(complaint_about(parent_only),
            "s.json: endpoints[0].steps[0].parent: expected it only beside \"thread\": \"handed\", "
            "found \"waits\"");
  std::string in_pool = handed_scenario("");
  in_pool.insert(1, R"("executor": "pool", )");
  EXPECT_EQ(complaint_about(in_pool),
            "s.json: executor: expected \"threads\" where a span is handed over, found \"pool\"");
  std::string nested = handed_scenario("");
  nested.replace(nested.find(R"({"category": "cpu", "iterations": 20000)"), 0,
                 R"({"span": "x", "thread": "handed", "steps": [
      {"category": "cpu", "iterations": 1, "function": "parse_rows"}]},)");
  EXPECT_EQ(
      complaint_about(nested),
      "s.json: endpoints[0].steps[0].steps[0].thread: expected no handed span within a handed "
      "span, found \"handed\"");
}

// Fault: work that no span covers is done within one, or not told of.
// Pass: before each request's span, on its worker and in no span or stretch, a record says it; it
// used the CPU that was asked for, less what a clock reading costs.
TEST(Executors, WorkBetweenRequestsLiesInNoSpan) {
  for (const char* executor : {"threads", "new_threads", "pool"}) {
    const Ledger ledger = run_workload(
        parse_spec(scenario(R"("between": {"category": "cpu", "duration_us": 700, "function":
                               "parse_rows"}, "executor": ")" +
                            std::string(executor) + "\", "),
                   "s.json"),
        {});
    std::set<std::uint32_t> requests;
    for (const LedgerThread& thread : ledger.threads) {
      for (const LedgerRecord& work : thread.records) {
        if (work.kind != LedgerKind::kSetup || work.intended_ns != 700'000) continue;
        EXPECT_TRUE(requests.insert(work.request).second);
        EXPECT_GE(work.c1_ns - work.c0_ns, 700'000 - 300) << executor;
        for (const LedgerRecord& other : thread.records) {
          const bool covers = other.kind == LedgerKind::kStretch ||
                              (other.kind == LedgerKind::kSpan && other.c1_ns > 0);
          EXPECT_FALSE(covers && other.t0_ns < work.t1_ns && work.t0_ns < other.t1_ns) << executor;
        }
      }
    }
    EXPECT_EQ(requests.size(), 24U) << executor;
  }
}

// A thousand workers without partners of truthd; and no more partner threads than a machine bears.
TEST(Executors, AreLimitedInThreads) {
  const auto with = [](int workers, const std::string& step) {
    return R"({"name": "s", "workers": )" + std::to_string(workers) +
           R"(, "rounds": 1, "endpoints": [{"name": "a", "steps": [)" + step + "]}]}";
  };
  const std::string sleep = R"({"category": "sync", "duration_us": 1, "primitive": "sleep"})";
  const std::string mutex = R"({"category": "lock", "duration_us": 1, "primitive": "mutex"})";
  const std::string file = R"({"category": "file", "duration_us": 1, "operation": "fsync"})";
  EXPECT_EQ(complaint_about(with(1000, sleep)), "no complaint");
  EXPECT_EQ(complaint_about(with(1001, sleep)),
            "s.json: workers: expected an integer from 1 to 1000, found 1001");
  EXPECT_EQ(
      complaint_about(with(33, file)),
      "s.json: workers: expected at most 32 with segments that plumbline-truthd ends, found 33");
  EXPECT_EQ(
      complaint_about(with(1000, mutex + "," + mutex + "," + mutex + "," + mutex + "," + mutex)),
      "s.json: workers: expected so few that they have at most 4000 partner threads, found "
      "1000");
}

}  // namespace
}  // namespace plumbline::workloads

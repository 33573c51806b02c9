// plumbline-workload, end to end: its ledger is the schedule, closed and free of overlaps.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/workloads/child_process.h"
#include "tests/workloads/temporary_directory.h"
#include "workloads/clock.h"
#include "workloads/ledger.h"
#include "workloads/schedule.h"

namespace plumbline::workloads {
namespace {

constexpr uid_t kNobody = 65534;
constexpr std::uint64_t kSeed = 11;

// About a second: 2 workers, 24 requests, every segment kind, two locks in one request.
const char* const kSpec = R"({
  "name": "second", "workers": 2, "arrival": {"mode": "closed", "think_us": 300}, "rounds": 8,
  "jitter": {"distribution": "uniform", "percent": 20},
  "endpoints": [
    {"name": "GET /a", "weight": 2, "steps": [
      {"category": "cpu", "duration_us": 4000, "function": "build_report"},
      {"span": "outer", "steps": [
        {"category": "file", "duration_us": 8000, "operation": "pread", "bytes": 4096},
        {"span": "inner", "steps": [
          {"category": "socket", "duration_us": 8000, "operation": "recv", "family": "unix"},
          {"category": "cpu", "iterations": 50000, "function": "parse_rows"}]},
        {"category": "lock", "duration_us": 9000, "primitive": "mutex", "name": "one"}]},
      {"category": "lock", "duration_us": 9000, "primitive": "mutex", "name": "two"},
      {"category": "sync", "duration_us": 9000, "primitive": "sleep"}]},
    {"name": "PUT /b", "weight": 1, "steps": [
      {"category": "file", "duration_us": 8000, "operation": "pwrite", "bytes": 65536},
      {"category": "file", "duration_us": 8000, "operation": "fsync"}]}]
})";

class Workload : public testing::Test {
 protected:
  void SetUp() override { std::ofstream(spec_) << kSpec; }

  std::vector<std::string> truthd_command() const {
    return {TRUTHD_PROGRAM, "--directory", truth_.string()};
  }

  std::vector<std::string> command(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> argv = {WORKLOAD_PROGRAM, "--spec",   spec_.string(),
                                     "--seed",         "11",       "--truth",
                                     truth_.string(),  "--ledger", ledger_.string()};
    argv.insert(argv.end(), more.begin(), more.end());
    return argv;
  }

  // Runs the workload beside a truthd; nothing where this machine cannot mount.
  std::optional<Ledger> run(const std::vector<std::string>& more = {}) {
    ChildProcess truthd(truthd_command());
    skip_reason_ = truthd.read_line();
    if (skip_reason_ != "ready: file, socket") return std::nullopt;
    const ChildProcess::Ending ending = ChildProcess(command(more)).finish();
    EXPECT_EQ(ending.status, 0);
    EXPECT_EQ(ending.output, "");
    EXPECT_EQ(ending.errors, "");
    truthd.signal(SIGTERM);
    EXPECT_EQ(truthd.finish().status, 0);
    return read_ledger(ledger_);
  }

  const TemporaryDirectory directory_;
  const std::filesystem::path spec_ = directory_.path() / "spec.json";
  const std::filesystem::path truth_ = directory_.path() / "truth";
  const std::filesystem::path ledger_ = directory_.path() / "ledger";
  std::string skip_reason_;
};

bool is_segment(const LedgerRecord& record) { return record.kind < LedgerKind::kSpan; }
bool is_wait(const LedgerRecord& record) {
  return is_segment(record) && record.kind != LedgerKind::kCpu;
}

// The segments directly or indirectly inside a span, in time order.
std::vector<LedgerRecord> segments_within(const LedgerThread& thread, const LedgerRecord& span) {
  std::vector<LedgerRecord> inside;
  for (const LedgerRecord& record : thread.records) {
    const bool within = record.t0_ns >= span.t0_ns && record.t1_ns <= span.t1_ns;
    if (is_segment(record) && within) inside.push_back(record);
  }
  return inside;
}

// Every request of the schedule was run by its worker, every step once, and with its amount.
TEST_F(Workload, RunsItsScheduleToTheLetter) {
  const std::optional<Ledger> ledger = run();
  if (!ledger) GTEST_SKIP() << skip_reason_;
  EXPECT_EQ(ledger->seed, kSeed);
  EXPECT_EQ(ledger->spec_json, kSpec);
  EXPECT_TRUE(ledger->skipped.empty());
  const Spec spec = parse_spec(kSpec, "spec.json");
  const Schedule schedule = make_schedule(spec, kSeed);
  ASSERT_EQ(ledger->threads.size(), schedule.workers.size());
  for (std::size_t worker = 0; worker < ledger->threads.size(); ++worker) {
    const LedgerThread& thread = ledger->threads[worker];
    EXPECT_EQ(thread.name, "worker-" + std::to_string(worker));
    std::map<std::pair<std::uint32_t, int>, LedgerRecord> by_step;
    for (const LedgerRecord& record : thread.records) {
      if (record.kind == LedgerKind::kSetup) continue;
      EXPECT_TRUE(by_step.insert({{record.request, record.step}, record}).second);
    }
    std::size_t expected = 0;
    for (const ScheduledRequest& request : schedule.workers[worker]) {
      const auto steps = steps_by_number(spec.endpoints[request.endpoint]);
      for (std::size_t number = 0; number < steps.size(); ++number, ++expected) {
        const auto found = by_step.find({request.number, static_cast<int>(number)});
        ASSERT_NE(found, by_step.end()) << "request " << request.number << " step " << number;
        const LedgerRecord& record = found->second;
        EXPECT_EQ(record.endpoint, request.endpoint);
        const bool span = number == 0 || !steps[number]->span.empty();
        EXPECT_EQ(record.kind, span ? LedgerKind::kSpan : steps[number]->segment.kind);
        const bool counted = !span && steps[number]->segment.iterations > 0;
        EXPECT_EQ(counted ? record.detail : record.intended_ns, request.amounts[number]);
      }
    }
    EXPECT_EQ(by_step.size(), expected);
  }
}

// Exact, in integers: on each thread segments follow one another, spans enclose theirs, and what
// is not in a segment is a gap of no negative length.
TEST_F(Workload, ItsSegmentsTileItsSpans) {
  const std::optional<Ledger> ledger = run();
  if (!ledger) GTEST_SKIP() << skip_reason_;
  for (const LedgerThread& thread : ledger->threads) {
    std::int64_t last_end_ns = thread.begin_ns;
    for (const LedgerRecord& record : thread.records) {
      EXPECT_LE(record.t0_ns, record.t1_ns);
      EXPECT_LE(record.c0_ns, record.c1_ns);
      if (record.kind == LedgerKind::kSpan) {
        std::int64_t segments_ns = 0, gaps_ns = 0, gap_begin_ns = record.t0_ns;
        for (const LedgerRecord& segment : segments_within(thread, record)) {
          EXPECT_EQ(segment.request, record.request);
          EXPECT_GE(segment.t0_ns, gap_begin_ns);
          gaps_ns += segment.t0_ns - gap_begin_ns;
          segments_ns += segment.t1_ns - segment.t0_ns;
          gap_begin_ns = segment.t1_ns;
        }
        gaps_ns += record.t1_ns - gap_begin_ns;
        EXPECT_EQ(segments_ns + gaps_ns, record.t1_ns - record.t0_ns);
        EXPECT_GT(segments_ns, 0);
      } else {
        EXPECT_GE(record.t0_ns, last_end_ns) << "segments of one thread overlap";
        last_end_ns = record.t1_ns;
      }
    }
    EXPECT_LE(last_end_ns, thread.end_ns);
  }
}

// Pass: the CPU of the gaps is at most 20 us per record on average. Measured: 1 us. By the thread's
// CPU clock, so that a busy machine does not matter.
TEST_F(Workload, SpendsHardlyAnyCpuBetweenSegments) {
  const std::optional<Ledger> ledger = run();
  if (!ledger) GTEST_SKIP() << skip_reason_;
  for (const LedgerThread& thread : ledger->threads) {
    std::int64_t gap_cpu_ns = 0;
    for (const LedgerRecord& record : thread.records) {
      const std::int64_t cpu_ns = record.c1_ns - record.c0_ns;
      if (is_segment(record)) gap_cpu_ns -= cpu_ns;
      if (record.kind == LedgerKind::kSpan && record.step == 0) gap_cpu_ns += cpu_ns;
    }
    EXPECT_GT(gap_cpu_ns, 0);
    EXPECT_LE(gap_cpu_ns, 20'000 * static_cast<std::int64_t>(thread.records.size()));
  }
}

// No wait was let go before its time, each was let go while it lasted, and no burn fell short.
TEST_F(Workload, ItsTruthIsWithinItsClocks) {
  const std::optional<Ledger> ledger = run();
  if (!ledger) GTEST_SKIP() << skip_reason_;
  std::map<LedgerKind, int> seen;
  int thoughts = 0;
  int free_locks = 0;
  for (const LedgerThread& thread : ledger->threads) {
    for (const LedgerRecord& record : thread.records) {
      ++seen[record.kind];
      if (is_wait(record)) {
        EXPECT_GE(record.t1_ns, record.t0_ns + record.intended_ns);
        // The host stopped the worker before it slept, and the lock was free when it came.
        const bool was_free = record.kind == LedgerKind::kLock && record.release_ns == 0;
        free_locks += was_free ? 1 : 0;
        if (!was_free) {
          EXPECT_GE(record.release_ns, record.t0_ns + record.intended_ns);
        }
        EXPECT_LE(record.release_ns, record.t1_ns);
        EXPECT_EQ(record.detail, -1);
      } else if (record.kind == LedgerKind::kCpu) {
        EXPECT_GE(record.c1_ns - record.c0_ns, record.intended_ns - 300);
        EXPECT_GT(record.detail, 0);
      } else if (record.kind == LedgerKind::kSpan) {
        EXPECT_EQ(record.detail >= 0, record.step == 0);
      } else if (record.kind == LedgerKind::kSetup && record.intended_ns > 0) {
        ++thoughts;
        EXPECT_GE(record.intended_ns, 240'000);
        EXPECT_LE(record.intended_ns, 360'000);
      }
    }
    EXPECT_EQ(thread.span_ids.size(),
              std::count_if(thread.records.begin(), thread.records.end(),
                            [](const LedgerRecord& r) { return r.kind == LedgerKind::kSpan; }));
    EXPECT_GT(thread.voluntary_switches, 0);
    EXPECT_GE(thread.run_delay_ns, 0);
    EXPECT_GT(thread.cpu_ns, 0);
  }
  EXPECT_EQ(thoughts, 24);  // one before each request
  for (const LedgerKind kind : {LedgerKind::kCpu, LedgerKind::kLock, LedgerKind::kSync,
                                LedgerKind::kFile, LedgerKind::kSocket}) {
    EXPECT_GT(seen[kind], 0);
  }
  EXPECT_LE(2 * free_locks, seen[LedgerKind::kLock]);
}

TEST_F(Workload, TheFullLedgerKnowsTheRunQueueOfEveryWaitAndSpan) {
  const std::optional<Ledger> ledger = run({"--ledger-full"});
  if (!ledger) GTEST_SKIP() << skip_reason_;
  for (const LedgerThread& thread : ledger->threads) {
    for (const LedgerRecord& record : thread.records) EXPECT_GE(record.detail, 0);
  }
}

TEST_F(Workload, SkipsFileSegmentsByNameWhereTheyCannotBeServed) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to run the server as a user without rights";
  ASSERT_EQ(chown(directory_.path().c_str(), kNobody, kNobody), 0);
  ChildProcess truthd(truthd_command(), kNobody);
  const std::string ready = truthd.read_line();
  ASSERT_EQ(ChildProcess(command(), kNobody).finish().status, 0);
  const Ledger ledger = read_ledger(ledger_);
  ASSERT_EQ(ledger.skipped.size(), 1U);
  EXPECT_EQ("ready: socket; skip " + ledger.skipped[0], ready);
  int sockets = 0;
  for (const LedgerThread& thread : ledger.threads) {
    for (const LedgerRecord& record : thread.records) {
      EXPECT_NE(record.kind, LedgerKind::kFile);
      if (record.kind == LedgerKind::kSocket) ++sockets;
    }
  }
  EXPECT_EQ(sockets, 16);
}

TEST_F(Workload, WithoutALivingServerThereIsOneLineAndNoLedger) {
  const ChildProcess::Ending absent = ChildProcess(command()).finish();
  EXPECT_EQ(absent.status, 2);
  EXPECT_EQ(absent.errors, "plumbline-workload: " + (truth_ / "skipped").string() +
                               ": no plumbline-truthd serves this directory: No such file or "
                               "directory\n");
  ChildProcess truthd(truthd_command());
  truthd.read_line();
  ChildProcess workload(command());
  sleep_for(200'000'000);  // at any moment of the run the same must come of it
  truthd.signal(SIGKILL);
  truthd.finish();
  const ChildProcess::Ending bereft = workload.finish();
  EXPECT_EQ(bereft.status, 2);
  EXPECT_EQ(std::count(bereft.errors.begin(), bereft.errors.end(), '\n'), 1) << bereft.errors;
  EXPECT_NE(bereft.errors.find("plumbline-truthd"), std::string::npos) << bereft.errors;
  EXPECT_FALSE(std::filesystem::exists(ledger_));
  ChildProcess(truthd_command()).read_line();  // removes the dead mount, so that the test can
}

TEST_F(Workload, PrintsTheSameScheduleToTheByte) {
  const auto print = [this](const std::string& seed) {
    return ChildProcess(
               {WORKLOAD_PROGRAM, "--spec", spec_.string(), "--seed", seed, "--print-schedule"})
        .finish();
  };
  const ChildProcess::Ending first = print("11");
  EXPECT_EQ(first.status, 0);
  EXPECT_EQ(std::count(first.output.begin(), first.output.end(), '\n'), 24);
  EXPECT_EQ(first.output, print("11").output);
  EXPECT_NE(first.output, print("12").output);
}

TEST_F(Workload, ExplainsBadArgumentsInOneLine) {
  const std::map<std::string, std::vector<std::string>> cases = {
      {"--spec is missing", {WORKLOAD_PROGRAM}},
      {"--ledger is missing", {WORKLOAD_PROGRAM, "--spec", spec_.string()}},
      {"--seed 12x: expected an integer from 0 to 2^64 - 1", {WORKLOAD_PROGRAM, "--seed", "12x"}},
      {"--seed -1: expected an integer from 0 to 2^64 - 1", {WORKLOAD_PROGRAM, "--seed", "-1"}},
      {"--fast: unknown option, or its value is missing", {WORKLOAD_PROGRAM, "--fast"}},
      {"more: unexpected argument", {WORKLOAD_PROGRAM, "more"}},
      {"scenario second has file or socket segments",
       {WORKLOAD_PROGRAM, "--spec", spec_.string(), "--ledger", ledger_.string()}}};
  for (const auto& [what, argv] : cases) {
    const ChildProcess::Ending ending = ChildProcess(argv).finish();
    EXPECT_EQ(ending.status, 2);
    EXPECT_TRUE(ending.errors.starts_with("plumbline-workload: " + what)) << ending.errors;
    EXPECT_EQ(std::count(ending.errors.begin(), ending.errors.end(), '\n'), 1) << ending.errors;
  }
}

}  // namespace
}  // namespace plumbline::workloads

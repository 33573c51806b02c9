// The judge of the machine, on ledgers that were disturbed on purpose.
#include "harness/truth/machine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "tests/harness/synthetic_run.h"

namespace plumbline::harness {
namespace {

using testing::Disturbance;
using testing::synthetic_run;

MachineReading reading_of(const Disturbance& disturbance) {
  return read_machine(synthetic_run(1, disturbance).ledger, 0);
}

MachineVerdict verdict_of(const Disturbance& disturbance) {
  return judge_machine(reading_of(disturbance)).verdict;
}

TEST(Machine, QuietRunIsOk) {
  const MachineReading reading = reading_of({});
  EXPECT_LT(std::abs(reading.closure_pct), 0.3);
  EXPECT_LT(reading.run_queue_pct, 0.1);
  EXPECT_NEAR(reading.gap_pct, 0.12, 0.02);  // 10 us less 3 in the queue, of about 6 ms
  const MachineJudgement judgement = judge_machine(reading);
  EXPECT_EQ(judgement.verdict, MachineVerdict::kOk);
  EXPECT_TRUE(judgement.reasons.empty());
}

TEST(Machine, StoppedWorkerInvalidatesByClosure) {
  const MachineReading reading = reading_of({.stall_ns = 300'000'000});
  EXPECT_GT(reading.closure_pct, 3);
  const MachineJudgement judgement = judge_machine(reading);
  EXPECT_EQ(judgement.verdict, MachineVerdict::kInvalid);
  ASSERT_EQ(judgement.reasons.size(), 1u);
  EXPECT_NE(judgement.reasons[0].find("closure residual"), std::string::npos);
}

// The profiler sees a longer wait, and so does the ledger: only the partner knows better.
TEST(Machine, WorkerStoppedInAWaitInvalidatesByClosureToo) {
  EXPECT_EQ(verdict_of({.stall_in_wait_ns = 300'000'000}), MachineVerdict::kInvalid);
}

TEST(Machine, LittleStealDegradesByClosure) {
  EXPECT_EQ(verdict_of({.stall_ns = 30'000'000}), MachineVerdict::kDegraded);
}

TEST(Machine, BusyCoresShowInTheRunQueue) {
  const auto verdict = [](std::int64_t queue_ns, bool brief) {
    return verdict_of({.queue_ns_per_segment = queue_ns, .brief_ledger = brief});
  };
  EXPECT_EQ(verdict(700'000, true), MachineVerdict::kDegraded);
  EXPECT_EQ(verdict(3'000'000, true), MachineVerdict::kInvalid);
  // Where each wait's run queue is known, the truth allows for it.
  EXPECT_EQ(verdict(700'000, false), MachineVerdict::kOk);
  EXPECT_EQ(verdict(3'000'000, false), MachineVerdict::kDegraded);
  EXPECT_EQ(verdict(20'000'000, false), MachineVerdict::kInvalid);
}

TEST(Machine, NoRunQueueIsTooLongWhereTheScenarioIsOversubscribed) {
  MachineReading reading = reading_of({.queue_ns_per_segment = 20'000'000});
  EXPECT_EQ(judge_machine(reading).verdict, MachineVerdict::kInvalid);
  reading.oversubscribed = true;
  EXPECT_EQ(judge_machine(reading).verdict, MachineVerdict::kOk);
}

// Fault: closure counts each wait until its release only, and the wake-ups of many short waits
// invalidate every run of theirs. Pass: a wake-up of 0.1 ms a wait leaves nothing open; a stop
// does.
TEST(Machine, WakeUpsAreNoHoleInTheClosure) {
  EXPECT_LT(std::abs(reading_of({.wake_up_ns = 100'000}).closure_pct), 0.3);
  EXPECT_GT(reading_of({.stall_in_wait_ns = 300'000'000, .wake_up_ns = 100'000}).closure_pct, 3);
}

TEST(Machine, LatePartnersDegrade) {
  EXPECT_EQ(verdict_of({.late_ns = 500'000}), MachineVerdict::kDegraded);
}

TEST(Machine, OnePartnerVeryLateInvalidates) {
  EXPECT_EQ(verdict_of({.late_once_ns = 60'000'000}), MachineVerdict::kInvalid);
  EXPECT_EQ(verdict_of({.late_once_ns = 5'000'000}), MachineVerdict::kOk);
}

// Makes one wait of the ledger, or each, end so much later by its server's fault; or by the
// worker's, which queued so long before it asked.
struct LateServer {
  std::int64_t late_ns;
  bool once = false;
  bool worker_queued = false;
};

workloads::Ledger served_late(const LateServer& how) {
  workloads::Ledger ledger = synthetic_run(1).ledger;
  bool done = false;
  for (workloads::LedgerThread& thread : ledger.threads) {
    for (workloads::LedgerRecord& record : thread.records) {
      if (record.kind != workloads::LedgerKind::kSocket &&
          record.kind != workloads::LedgerKind::kFile) {
        continue;
      }
      if (done && how.once) continue;
      record.release_ns += how.late_ns;
      record.t1_ns += how.late_ns;
      if (how.worker_queued) record.detail += how.late_ns;
      done = true;
    }
  }
  return ledger;
}

bool has_reason(const MachineJudgement& judgement, const std::string& words) {
  return std::any_of(
      judgement.reasons.begin(), judgement.reasons.end(),
      [&](const std::string& reason) { return reason.find(words) != std::string::npos; });
}

// Fault: a truth server that was stopped, or starved, is not told from the other partners, and what
// it did to the waits is looked for in the profiler. Pass: named, and the run is not ok.
TEST(Machine, LateTruthServerIsNamed) {
  const auto judge = [](const LateServer& how) {
    return judge_machine(read_machine(served_late(how), 0));
  };
  const MachineJudgement once = judge({.late_ns = 20'000'000, .once = true});
  EXPECT_EQ(once.verdict, MachineVerdict::kDegraded);
  EXPECT_TRUE(has_reason(once, "the truth server was once late by 20.0 ms (limit 10 ms)"));
  const MachineJudgement stopped = judge({.late_ns = 300'000'000, .once = true});
  EXPECT_EQ(stopped.verdict, MachineVerdict::kInvalid);
  EXPECT_TRUE(has_reason(stopped, "the truth server was once late by 300.0 ms (limit 50 ms)"));
  EXPECT_FALSE(has_reason(stopped, "a partner was late"));
  const MachineJudgement slow = judge({.late_ns = 2'000'000});
  EXPECT_TRUE(has_reason(slow, "the truth server was late in the mean by 2.0 ms (limit 1 ms)"));
  const MachineJudgement starved = judge({.late_ns = 8'000'000});
  EXPECT_EQ(starved.verdict, MachineVerdict::kInvalid);
  EXPECT_TRUE(has_reason(starved, "late in the mean by 8.0 ms (limit 5 ms)"));
  EXPECT_FALSE(has_reason(judge({.late_ns = 300'000}), "truth server"));
}

// Fault: a worker that queues for a CPU before its request reaches the server, and the server is
// blamed. Pass: it is not; nor for a late lock holder. A lock's holder is in the worker's own
// process.
TEST(Machine, TruthServerIsNotBlamedForTheWorkersQueue) {
  const MachineReading reading =
      read_machine(served_late({.late_ns = 20'000'000, .once = true, .worker_queued = true}), 0);
  EXPECT_LT(reading.server_worst_ms, 0.1);
  EXPECT_GT(reading.worst_lateness_ms, 20);
  MachineReading locks;
  locks.worst_lateness_ms = 60;
  EXPECT_TRUE(has_reason(judge_machine(locks), "a partner was late by 60 ms"));
}

TEST(Machine, SlowWakeUpsDegrade) {
  EXPECT_EQ(verdict_of({.wake_up_ns = 200'000}), MachineVerdict::kDegraded);
}

TEST(Machine, StealDegrades) {
  EXPECT_EQ(judge_machine({.steal_pct = 2.5}).verdict, MachineVerdict::kDegraded);
  EXPECT_DOUBLE_EQ(steal_pct({0, 0}, {10, 200}), 5);
}

TEST(Machine, IsNotBlamedForADoubledLedger) {
  testing::SyntheticRun run = synthetic_run(1);
  testing::double_ledger(run.ledger);
  EXPECT_EQ(judge_machine(read_machine(run.ledger, 0)).verdict, MachineVerdict::kOk);
  run = synthetic_run(1);
  run.ledger.threads.push_back(run.ledger.threads[0]);
  EXPECT_EQ(judge_machine(read_machine(run.ledger, 0)).verdict, MachineVerdict::kOk);
}

TEST(Machine, IsUnfitWhenMoreThanThirtyPercentOfRunsAreInvalid) {
  EXPECT_FALSE(machine_unfit(0, 1));
  EXPECT_FALSE(machine_unfit(3, 10));
  EXPECT_TRUE(machine_unfit(4, 10));
  EXPECT_TRUE(machine_unfit(1, 1));
}

}  // namespace
}  // namespace plumbline::harness

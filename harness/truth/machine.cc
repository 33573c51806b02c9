// Closure is taken over the root spans (where one is split, over its stretches), not over the
// threads' lives: think time between requests has no partner, and its run queue is not recorded, so
// it would blur the residual by more than the disturbances it shall find. Records that overlap
// others count by their new part only.
#include "harness/truth/machine.h"

#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "harness/truth/ledger_tiling.h"
#include "harness/truth/truth.h"

namespace plumbline::harness {
namespace {

using workloads::LedgerKind;
using workloads::LedgerRecord;

constexpr double kUnfitShare = 0.3;

double percent(double part, double whole) { return whole > 0 ? 100 * part / whole : 0; }

bool is_wait(const LedgerRecord& record) {
  return record.kind != LedgerKind::kCpu && record.kind != LedgerKind::kSpan &&
         record.kind != LedgerKind::kSetup && record.kind != LedgerKind::kStretch;
}

// The way from the partner's release to the worker's own clock: 4 to 140 us were measured between
// cores, 80 to 130 us behind a timer.
constexpr std::int64_t kWakeUpNs = 150'000;

// Time inside a wait that is accounted for: until the partner let go, and a wake-up. What a stop or
// a stolen CPU adds after that must stay in the residual. Without the wake-up, sleeps of 1.5 ms
// left 5 % open on a quiet machine, and every run of short waits was invalid.
double blocked_ns(const LedgerRecord& record) {
  const WaitTruth truth = wait_truth(record, WaitDefinition::kExcludesRunQueue);
  return static_cast<double>(std::min(truth.hi_ns, truth.lo_ns + kWakeUpNs));
}

double closure_pct(const workloads::Ledger& ledger) {
  double wall_ns = 0;
  double residual_ns = 0;
  const std::vector<PlacedRecord> segments = placed_segments(ledger);
  const bool all_skipped = std::all_of(segments.begin(), segments.end(), [](const auto& segment) {
    return segment.record->kind == LedgerKind::kSetup;
  });
  if (all_skipped) return 0;  // a few us of wall, and nothing in them
  for (const PlacedRecord& root : placed_activations(ledger)) {
    const LedgerRecord& record = *root.record;
    wall_ns += static_cast<double>(root.fresh_ns);
    const double cpu_ns = static_cast<double>(record.c1_ns - record.c0_ns);
    const double run_queue_ns = static_cast<double>(record.detail);
    residual_ns +=
        root.fresh_share() * (static_cast<double>(root.length_ns()) - cpu_ns - run_queue_ns);
  }
  for (const PlacedRecord& segment : segments) {
    if (!is_wait(*segment.record)) continue;
    residual_ns -= segment.fresh_share() * blocked_ns(*segment.record);
  }
  return percent(residual_ns, wall_ns);
}

double run_queue_pct(const workloads::Ledger& ledger) {
  double run_delay_ns = 0;
  double life_ns = 0;
  for (const workloads::LedgerThread& thread : ledger.threads) {
    run_delay_ns += static_cast<double>(thread.run_delay_ns);
    life_ns += static_cast<double>(thread.end_ns - thread.begin_ns);
  }
  return percent(run_delay_ns, life_ns);
}

// Waits that the truth server ends. What `other` has besides page faults on files ends by a timer,
// which is never late by its record.
bool is_served(const LedgerRecord& record) {
  return record.kind == LedgerKind::kFile || record.kind == LedgerKind::kSocket ||
         record.kind == LedgerKind::kOther;
}

double late_ns_of(const LedgerRecord& record) {
  if (record.intended_ns <= 0 || record.release_ns <= 0) return 0;
  const std::int64_t due_ns = record.t0_ns + record.intended_ns;
  return static_cast<double>(std::max<std::int64_t>(0, record.release_ns - due_ns));
}

void read_server(const workloads::Ledger& ledger, MachineReading& reading) {
  double late_ns = 0;
  double waits = 0;
  for (const workloads::LedgerThread& thread : ledger.threads) {
    for (const LedgerRecord& record : thread.records) {
      if (!is_served(record) || record.intended_ns <= 0 || record.release_ns <= 0) continue;
      const auto queued_ns = static_cast<double>(std::max<std::int64_t>(0, record.detail));
      const double late = std::max(0.0, late_ns_of(record) - queued_ns);
      late_ns += late;
      waits += 1;
      reading.server_worst_ms = std::max(reading.server_worst_ms, late / 1e6);
    }
  }
  if (waits > 0) reading.server_mean_ms = late_ns / waits / 1e6;
}

void read_waits(const workloads::Ledger& ledger, MachineReading& reading) {
  double must_ns = 0;
  double gap_ns = 0;
  double late_ns = 0;
  double worst_ns = 0;
  reading.run_queue_known = true;
  for (const workloads::LedgerThread& thread : ledger.threads) {
    for (const LedgerRecord& record : thread.records) {
      if (!is_wait(record)) continue;
      const WaitTruth truth = wait_truth(record, WaitDefinition::kExcludesRunQueue);
      must_ns += static_cast<double>(truth.lo_ns);
      gap_ns += static_cast<double>(truth.hi_ns - truth.lo_ns);
      // A lock that the workers contend for has no partner that could be late.
      const double late = late_ns_of(record);
      late_ns += late;
      worst_ns = std::max(worst_ns, late);
      reading.run_queue_known = reading.run_queue_known && record.detail >= 0;
    }
  }
  reading.lateness_pct = percent(late_ns, must_ns);
  reading.worst_lateness_ms = worst_ns / 1e6;
  reading.gap_pct = percent(gap_ns, must_ns);
}

class Judge {
 public:
  void degrade(bool when, const std::string& reason) {
    note(when, MachineVerdict::kDegraded, reason);
  }
  void invalidate(bool when, const std::string& reason) {
    note(when, MachineVerdict::kInvalid, reason);
  }

  // One reason for the worse of two limits on one figure.
  void limit(double value, double degraded, double invalid, const char* what,
             const char* unit = "%") {
    const double passed = value > invalid ? invalid : degraded;
    const std::string reason =
        fmt::format("{} {:.1f} {} (limit {:g} {})", what, value, unit, passed, unit);
    invalidate(value > invalid, reason);
    degrade(value > degraded && value <= invalid, reason);
  }

  MachineJudgement judgement;

 private:
  void note(bool when, MachineVerdict verdict, const std::string& reason) {
    if (!when) return;
    judgement.verdict = std::max(judgement.verdict, verdict);
    judgement.reasons.push_back(reason);
  }
};

void judge_server(const MachineReading& reading, const MachineLimits& limits, Judge& judge) {
  judge.limit(reading.server_worst_ms, limits.server_worst_degraded_ms,
              limits.server_worst_invalid_ms, "the truth server was once late by", "ms");
  judge.limit(reading.server_mean_ms, limits.server_mean_degraded_ms, limits.server_mean_invalid_ms,
              "the truth server was late in the mean by", "ms");
}

}  // namespace

StealReading read_steal() {
  StealReading reading;
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  reading.at_ns = std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
  std::ifstream stat("/proc/stat");
  std::string cpu;
  std::int64_t ticks[8] = {};  // user nice system idle iowait irq softirq steal
  stat >> cpu;
  for (std::int64_t& value : ticks) stat >> value;
  const std::int64_t tick_ns = 1'000'000'000 / sysconf(_SC_CLK_TCK);
  reading.steal_ns = stat ? ticks[7] * tick_ns : 0;
  return reading;
}

double steal_pct(const StealReading& before, const StealReading& after) {
  return percent(static_cast<double>(after.steal_ns - before.steal_ns),
                 static_cast<double>(after.at_ns - before.at_ns));
}

MachineReading read_machine(const workloads::Ledger& ledger, double steal_pct) {
  MachineReading reading;
  reading.run_queue_pct = run_queue_pct(ledger);
  reading.closure_pct = closure_pct(ledger);
  reading.steal_pct = steal_pct;
  read_waits(ledger, reading);
  read_server(ledger, reading);
  return reading;
}

MachineJudgement judge_machine(const MachineReading& reading, const MachineLimits& limits) {
  Judge judge;
  const bool known = reading.run_queue_known;
  if (!reading.oversubscribed) {
    judge.limit(reading.run_queue_pct,
                known ? limits.known_run_queue_degraded_pct : limits.run_queue_degraded_pct,
                known ? limits.known_run_queue_invalid_pct : limits.run_queue_invalid_pct,
                "run queue share");
  }
  judge.limit(std::abs(reading.closure_pct), limits.closure_degraded_pct,
              limits.closure_invalid_pct, "closure residual");
  judge.degrade(reading.lateness_pct > limits.lateness_degraded_pct,
                fmt::format("partners late by {:.1f} % of the waits (limit {:g} %)",
                            reading.lateness_pct, limits.lateness_degraded_pct));
  judge_server(reading, limits, judge);
  const bool server_told = reading.server_worst_ms > limits.server_worst_invalid_ms;
  judge.invalidate(reading.worst_lateness_ms > limits.lateness_invalid_ms && !server_told,
                   fmt::format("a partner was late by {:.0f} ms (limit {:g} ms)",
                               reading.worst_lateness_ms, limits.lateness_invalid_ms));
  judge.degrade(reading.gap_pct > limits.gap_degraded_pct,
                fmt::format("the truth leaves {:.1f} % of the waits open (limit {:g} %)",
                            reading.gap_pct, limits.gap_degraded_pct));
  judge.degrade(reading.steal_pct > limits.steal_degraded_pct,
                fmt::format("the host took {:.1f} % (limit {:g} %)", reading.steal_pct,
                            limits.steal_degraded_pct));
  return judge.judgement;
}

bool machine_unfit(std::int64_t invalid_runs, std::int64_t all_runs) {
  return static_cast<double>(invalid_runs) > kUnfitShare * static_cast<double>(all_runs);
}

}  // namespace plumbline::harness

// Judges the machine, for each run and before anything is compared: a disturbed run must never
// blame the profiler.
//
// Called once per run by the experiment. The detectors and limits are measured ones; what each
// would have caught is in README.md.
// Thread rule: pure, but for read_steal(). Failure: none; what cannot be read counts as 0.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/results/results.h"
#include "workloads/ledger.h"

namespace plumbline::harness {

struct MachineLimits {
  double run_queue_degraded_pct = 3;  // of the workers' life
  double run_queue_invalid_pct = 10;
  // The same where the ledger has the run queue of each wait: then the truth allows for it.
  double known_run_queue_degraded_pct = 10;
  double known_run_queue_invalid_pct = 50;
  double closure_degraded_pct = 1;  // of the root spans' wall
  double closure_invalid_pct = 3;
  double lateness_degraded_pct = 5;      // sum over partners, of the waits' truth
  double lateness_invalid_ms = 50;       // one partner, once
  double server_worst_degraded_ms = 10;  // the truth server's own lateness, once
  double server_worst_invalid_ms = 50;
  double server_mean_degraded_ms = 1;  // the same, of each of its waits
  double server_mean_invalid_ms = 5;
  double gap_degraded_pct = 2;    // between the two ends of the truth
  double steal_degraded_pct = 2;  // of the run's wall, all CPUs together
};

inline constexpr MachineLimits kMachineLimits;

// Time that the host took from all CPUs since boot, and when it was read.
struct StealReading {
  std::int64_t steal_ns = 0;
  std::int64_t at_ns = 0;
};

StealReading read_steal();
double steal_pct(const StealReading& before, const StealReading& after);

struct MachineReading {
  double run_queue_pct = 0;
  bool run_queue_known = false;  // of each wait
  bool oversubscribed = false;   // as the scenario says: no run queue is too long
  double closure_pct = 0;        // signed
  double lateness_pct = 0;
  double worst_lateness_ms = 0;
  // Of the truth server alone: without the time for which the worker queued in that wait, since
  // until its request comes the server is not the one to wait for.
  double server_mean_ms = 0;
  double server_worst_ms = 0;
  double gap_pct = 0;
  double steal_pct = 0;
};

MachineReading read_machine(const workloads::Ledger& ledger, double steal_pct);

struct MachineJudgement {
  MachineVerdict verdict = MachineVerdict::kOk;
  std::vector<std::string> reasons;  // one for each limit that was passed
};

MachineJudgement judge_machine(const MachineReading& reading,
                               const MachineLimits& limits = kMachineLimits);

// Whether so many of a scenario's runs are invalid that none of it may be judged.
bool machine_unfit(std::int64_t invalid_runs, std::int64_t all_runs);

}  // namespace plumbline::harness

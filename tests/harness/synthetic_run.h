// A run that never happened: a ledger, and the recording of a perfect profiler that watched it.
//
// Tests bend one of the two and look at the verdicts. Time is simulated in integers, so that the
// ledger's truth and the partition agree to the nanosecond where they should.
// Thread rule: pure functions of their arguments. Failure: none.
#pragma once

#include <cstdint>
#include <string_view>

#include "analysis/attribution/partition.h"
#include "analysis/recording/recording.h"
#include "harness/profilers/profile.h"
#include "harness/scoring/scored_run.h"
#include "workloads/ledger.h"

namespace plumbline::harness::testing {

struct Disturbance {
  std::int64_t stall_in_wait_ns = 0;      // once: after the release, in no queue
  std::int64_t stall_ns = 0;              // once: on no CPU, in no queue (stolen, stopped)
  std::int64_t queue_ns_per_segment = 0;  // runnable, but not running, in each CPU segment
  std::int64_t late_ns = 20'000;          // of each partner
  std::int64_t late_once_ns = 0;          // of one partner, once
  std::int64_t wake_up_ns = 10'000;       // from release to return
  bool brief_ledger = false;              // without the run queue of each wait
  bool no_file = false;                   // file segments could not be injected
};

struct SyntheticRun {
  workloads::Ledger ledger;
  analysis::Recording recording;
  analysis::Partition partition;
};

// Two endpoints, "GET /a" and "GET /b", 40 requests each; see the .cc for their steps.
SyntheticRun synthetic_run(std::uint64_t seed, const Disturbance& disturbance = {});

// Sums the partition again after its segments were bent.
void sum_again(SyntheticRun& run);

// Every thread's records a second time, as if each cost had been paid twice.
void double_ledger(workloads::Ledger& ledger);

// The run as scoring sees it, under the name of repeat `repeat`.
ScoredRun scored(const SyntheticRun& run, std::int64_t repeat);

}  // namespace plumbline::harness::testing

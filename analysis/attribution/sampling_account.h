// How a recording was sampled: the clock, the rate asked for and reached, and what was lost.
//
// Used by `plumbline info`. `expected` is what the sampling clock should have given: signals that
// came, timer expiries for which the kernel sent none (overruns), and periods that ended in the
// kernel (unseen). Every signal was recorded or dropped by a cause; that sum is checked thread by
// thread against the samples in the file.
// Thread rule: pure. Failure: none; what does not agree is said.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/attribution/partition.h"

namespace plumbline::analysis {

// Of one thread, or of all.
struct SamplingSum {
  std::uint64_t recorded = 0;  // samples in the file
  std::uint64_t dropped = 0, overruns = 0, unseen = 0, signals = 0;
  std::int64_t asked_ns = 0;  // CPU that all expected ones stand for
  std::int64_t cpu_ns = 0;    // exact, of the thread

  std::uint64_t expected() const { return recorded + dropped + overruns + unseen; }
  // Per second of CPU; 0 without any.
  double achieved_hz() const { return per_cpu_second(recorded + dropped); }
  double expected_hz() const { return per_cpu_second(expected()); }

 private:
  double per_cpu_second(std::uint64_t count) const;
};

struct SamplingAccount {
  std::vector<SamplingSum> threads;  // by thread row
  std::vector<format::SampleClock> clock;
  SamplingSum total;  // of the threads with a sampling clock
  std::string check;  // "agrees", "DIFFERS: ...", "not checked: ..."
  // Shares by samples have no intervals: the clock expires on the kernel's tick, and work in
  // lock-step with the tick is always sampled at the same place, however many samples there are.
  bool lockstep_risk = false;
  std::uint64_t threads_on_tick = 0;  // of them
};

SamplingAccount sampling_account_of(const Recording& recording, const Partition& partition);

// The same without the account, for tables of shares.
bool has_lockstep_risk(const Recording& recording);

}  // namespace plumbline::analysis

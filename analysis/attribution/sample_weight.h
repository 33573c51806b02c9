// What one sample stands for, when samples are taken in user mode only.
//
// Used by function_shares.cc. A user-mode sampler drops a sample that falls into the kernel, so the
// CPU time since the previous sample may hold whole periods that the kernel used. Giving those to
// the sampled user stack showed a function with a true half of the CPU as 9 %; they are nobody's.
// Thread rule: pure. Failure: none.
#pragma once

#include <cstdint>

#include "analysis/recording/recording.h"

namespace plumbline::analysis {

struct SampleWeight {
  std::int64_t seen_ns;    // the sampled stack's
  std::int64_t unseen_ns;  // in the kernel, where no sample was taken
};

// The sample stands for one period, the last of those that fit into `weight_ns`. One that comes
// late by less than half a period is still one period.
inline SampleWeight weight_in_user_mode(std::int64_t weight_ns, std::int64_t period_ns) {
  if (period_ns <= 0 || weight_ns <= period_ns) return {weight_ns, 0};
  const std::int64_t missed_periods = (weight_ns - period_ns / 2) / period_ns;
  const std::int64_t unseen_ns = missed_periods * period_ns;
  return {weight_ns - unseen_ns, unseen_ns};
}

// True when the recording says that its sampler saw user mode only.
bool samples_miss_kernel(const Recording& recording);

}  // namespace plumbline::analysis

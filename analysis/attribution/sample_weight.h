// What one sample stands for, when samples are taken in user mode only.
//
// Used by function_shares.cc and missed_samples.cc. A user-mode sampler drops a sample that falls
// into the kernel, so the CPU time since the previous sample may hold whole periods that the kernel
// used. Giving those to the sampled user stack showed a function with a true half of the CPU as
// 9 %; they are nobody's.
// Thread rule: pure. Failure: none.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "analysis/recording/recording.h"

namespace plumbline::analysis {

// Periods that ran out in the kernel since the previous sample: all that fit into `weight_ns` but
// the last. A sample that comes late by less than half a period is on time.
inline std::int64_t missed_periods(std::int64_t weight_ns, std::int64_t period_ns) {
  if (period_ns <= 0 || weight_ns <= period_ns) return 0;
  return (weight_ns - period_ns / 2) / period_ns;
}

// True when the recording says that its sampler saw user mode only.
bool samples_miss_kernel(const Recording& recording);

// What each sample outside hooked calls weighs.
class SampleWeights {
 public:
  explicit SampleWeights(const Recording& recording);

  std::int64_t operator()(std::size_t sample) const;

 private:
  std::int64_t mean_period_ns(std::int64_t wall_ns) const;

  const SampleTable& samples_;
  bool misses_kernel_;
  // From when on, in the order of time; the first is of the beginning. Empty: not known.
  std::vector<std::pair<std::int64_t, std::int64_t>> mean_periods_ns_;
};

}  // namespace plumbline::analysis

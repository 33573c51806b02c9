// CPU that a user-mode sampler missed, because its clock ran out in the kernel: whose was it?
//
// Used by time_index.cc. The sample after a long call tells that periods were missed, but it
// may be another span's: booked there, a function with all of its span's CPU showed as 42 % beside
// a span that read for 10 ms.
// Thread rule: pure. Failure: none; what lies before the thread's first segment is nobody's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "analysis/attribution/partition.h"

namespace plumbline::analysis {

// CPU outside hooked calls that samples missed.
struct MissedCpu {
  std::size_t segment = 0;  // place in Partition::segments
  std::int64_t ns = 0;
};

// By segment in ascending order, each at most once. None where the kernel was sampled.
std::vector<MissedCpu> missed_cpu_by_segment(const Recording& recording,
                                             const Partition& partition);

}  // namespace plumbline::analysis

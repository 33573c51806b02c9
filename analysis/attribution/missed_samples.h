// CPU that a user-mode sampler missed, because its clock ran out in the kernel: whose was it?
//
// Used by function_shares.cc. The sample after a long call tells that periods were missed, but it
// may be another span's: booked there, a function with all of its span's CPU showed as 42 % beside
// a span that read for 10 ms.
// Thread rule: pure. Failure: none; what lies before the thread's first segment is nobody's.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/attribution/partition.h"

namespace plumbline::analysis {

// By span row: CPU outside hooked calls that samples missed. All 0 where the kernel was sampled.
std::vector<std::int64_t> missed_cpu_by_span(const Recording& recording,
                                             const Partition& partition);

}  // namespace plumbline::analysis

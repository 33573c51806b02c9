// CPU that a user-mode sampler missed, because its clock ran out in the kernel: whose was it?
//
// Used by time_index.cc and time_load.cc. The sample after a long call tells that periods were
// missed, but it may be another span's: booked there, a function with all of its span's CPU showed
// as 42 % beside a span that read for 10 ms.
// Thread rule: pure. Failure: none; what lies before the thread's first segment is nobody's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "analysis/attribution/partition.h"
#include "analysis/attribution/row_lists.h"

namespace plumbline::analysis {

// CPU outside hooked calls that samples missed.
struct MissedCpu {
  std::size_t segment = 0;  // its place
  std::int64_t ns = 0;
};

// Of one thread: places in its `segments`, ascending, each at most once. `samples`: its rows.
std::vector<MissedCpu> missed_cpu_of_thread(const Recording& recording, Index thread,
                                            std::span<const Segment> segments,
                                            std::span<const Index> samples);

// Rows of samples by thread. None where the kernel was sampled: then nothing was missed.
RowLists samples_by_thread(const Recording& recording);

// The same of all threads, by place in Partition::segments.
std::vector<MissedCpu> missed_cpu_by_segment(const Recording& recording,
                                             const Partition& partition);

}  // namespace plumbline::analysis

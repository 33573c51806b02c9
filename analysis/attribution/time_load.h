// From a recording to its index, thread by thread: the partition as a whole is never held.
//
// Used by hotspots.cc. Segments of 144 bytes are made, checked and taken apart one thread of the
// recording at a time, by several threads; all of them at once were 1.7 GB of 10 million events.
// Thread rule: pure. Failure: none; what does not add up is in Conservation.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/attribution/time_index.h"

namespace plumbline::analysis {

struct LoadedTime {
  TimeIndex index;
  std::vector<std::int64_t> covered_ns_by_root;  // as of coverage.h
  Conservation conservation;                     // as of partition.h
};

// `parts`: threads that share the work; 0: as many as are worth it.
LoadedTime load_time(const Recording& recording, std::size_t parts = 0);

}  // namespace plumbline::analysis

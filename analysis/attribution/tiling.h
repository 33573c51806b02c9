// Do the segments tile each thread's life? Looked up again from the recording, independently of
// the walk that made them.
//
// Used by partition.cc and time_load.cc on every recording, and by tests. Thread rule: pure.
// Failure: none; the error is the result.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analysis/attribution/partition.h"

namespace plumbline::analysis {

struct Tiling {
  std::int64_t thread_life_ns = 0;  // sum over threads of latest edge - first edge
  // Sum over threads of |life - sum of segments|, of gaps and overlaps between neighbours, and of
  // differences between a segment's length and the sum of its parts.
  std::int64_t error_ns = 0;
};

// Of one thread, with its segments.
Tiling check_tiling_of_thread(const Recording& recording, Index thread,
                              std::span<const Segment> segments);

// Of all threads, with the segments of a whole partition.
Tiling check_tiling(const Recording& recording, const std::vector<Segment>& segments);

}  // namespace plumbline::analysis

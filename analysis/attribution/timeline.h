// A partition by thread and time: which segments fill a stretch of a thread's life?
//
// Used by the harness to lay the ledger over the recording, and by views of a period.
// Thread rule: immutable; refers to the partition, which must outlive it.
// Failure: none; a thread that is not there has no segments.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "analysis/attribution/partition.h"

namespace plumbline::analysis {

class Timeline {
 public:
  Timeline(const Recording& recording, const Partition& partition);

  // All segments of a thread, in order of time and gapless.
  std::span<const Segment> of_thread(Index thread) const;

  // Those that share time with [begin_ns, end_ns). The first and last may reach beyond it.
  std::span<const Segment> overlapping(Index thread, std::int64_t begin_ns,
                                       std::int64_t end_ns) const;

  // Row of the thread that had this kernel id at that time (ids are reused), or kNone.
  Index thread_at(std::int32_t tid, std::int64_t when_ns) const;

 private:
  const Recording& recording_;
  std::span<const Segment> segments_;
  std::vector<std::size_t> first_;  // of each thread in `segments_`; one more than threads
};

// Length of the time that both have.
inline std::int64_t overlap_ns(const Segment& segment, std::int64_t begin_ns, std::int64_t end_ns) {
  const std::int64_t from_ns = std::max(segment.begin_ns, begin_ns);
  return std::max<std::int64_t>(0, std::min(segment.end_ns, end_ns) - from_ns);
}

}  // namespace plumbline::analysis

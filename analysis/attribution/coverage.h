// For how much of a request was any thread at work on it?
//
// Used by endpoints.cc and time_load.cc. What is left of a root's elapsed time was spent on no
// thread: in a queue, on another machine, or waiting for work that was handed over.
// Thread rule: pure. Failure: none.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/attribution/partition.h"

namespace plumbline::analysis {

struct ActiveInterval {
  Index root;
  std::int64_t begin_ns, end_ns;
};

// Gathered segment by segment, each thread's in order of time.
class ActiveIntervals {
 public:
  void add(const SpanTable& spans, const Segment& segment);
  void add(const ActiveIntervals& more);  // of other threads
  std::vector<std::int64_t> covered_ns_by_root(const SpanTable& spans) const;

 private:
  std::vector<ActiveInterval> intervals_;
  Index last_thread_ = kNone;
};

// By span row, for local roots that ended: length of the union, over all threads, of the times at
// which a span of the root's subtree was innermost, within the root's start and end. 0 elsewhere.
std::vector<std::int64_t> covered_ns_by_root(const Recording& recording,
                                             const Partition& partition);

// True for spans that are the outermost of their trace in this process and have both ends.
inline bool is_finished_root(const SpanTable& spans, Index row) {
  return spans.root[row] == row && spans.end_ns[row] >= 0;
}

}  // namespace plumbline::analysis

#include "analysis/attribution/partition.h"

#include "analysis/attribution/thread_walk.h"
#include "analysis/attribution/tiling.h"

namespace plumbline::analysis {

Partition partition_time(const Recording& recording) {
  Partition partition;
  partition.span_self.resize(recording.spans.size());
  std::size_t events = 0;
  for (const std::vector<Event>& stream : recording.events) events += stream.size();
  partition.segments.reserve(events + recording.waits.size());  // a wait: before it, and itself
  const auto threads = static_cast<Index>(recording.threads.size());
  for (Index thread = 0; thread < threads; ++thread) {
    ThreadWalk(recording, thread, partition).run();
  }
  const Tiling tiling = check_tiling(recording, partition.segments);
  partition.conservation.thread_life_ns = tiling.thread_life_ns;
  partition.conservation.tiling_error_ns = tiling.error_ns;
  return partition;
}

}  // namespace plumbline::analysis

#include "analysis/attribution/timeline.h"

namespace plumbline::analysis {

Timeline::Timeline(const Recording& recording, const Partition& partition)
    : recording_(recording),
      segments_(partition.segments),
      first_(recording.threads.size() + 1, 0) {
  for (const Segment& segment : segments_) ++first_[segment.thread + 1];
  for (std::size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
}

std::span<const Segment> Timeline::of_thread(Index thread) const {
  if (thread >= recording_.threads.size()) return {};
  return segments_.subspan(first_[thread], first_[thread + 1] - first_[thread]);
}

std::span<const Segment> Timeline::overlapping(Index thread, std::int64_t begin_ns,
                                               std::int64_t end_ns) const {
  const std::span<const Segment> all = of_thread(thread);
  const auto from =
      std::upper_bound(all.begin(), all.end(), begin_ns,
                       [](std::int64_t ns, const Segment& segment) { return ns < segment.end_ns; });
  const auto to = std::lower_bound(
      from, all.end(), end_ns,
      [](const Segment& segment, std::int64_t ns) { return segment.begin_ns < ns; });
  return {from, to};
}

Index Timeline::thread_at(std::int32_t tid, std::int64_t when_ns) const {
  const auto threads = static_cast<Index>(recording_.threads.size());
  for (Index thread = 0; thread < threads; ++thread) {
    if (recording_.threads.tid[thread] != tid) continue;
    if (!overlapping(thread, when_ns, when_ns + 1).empty()) return thread;
  }
  return kNone;
}

}  // namespace plumbline::analysis

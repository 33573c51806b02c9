#include "analysis/attribution/tiling.h"

#include <algorithm>
#include <cstdlib>

namespace plumbline::analysis {

namespace {

std::int64_t life_of(const Recording& recording, const std::vector<Event>& events) {
  if (events.empty()) return 0;
  const Event& first = events.front();
  const std::int64_t begin_ns =
      first.wait == kNone ? first.edge.wall_ns : recording.waits.begin[first.wait].wall_ns;
  std::int64_t end_ns = begin_ns;
  for (const Event& event : events) end_ns = std::max(end_ns, event.edge.wall_ns);
  return end_ns - begin_ns;
}

std::int64_t other_error_of(const TimeParts& parts) {
  std::int64_t sum = 0;
  for (const std::int64_t reason_ns : parts.other) sum += reason_ns;
  return std::abs(parts.category[index_of(format::Category::kOther)] - sum);
}

}  // namespace

Tiling check_tiling_of_thread(const Recording& recording, Index thread,
                              std::span<const Segment> segments) {
  Tiling tiling;
  tiling.thread_life_ns = life_of(recording, recording.events[thread]);
  std::int64_t left_ns = tiling.thread_life_ns;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const Segment& segment = segments[i];
    const std::int64_t length_ns = segment.end_ns - segment.begin_ns;
    left_ns -= length_ns;
    tiling.error_ns += std::abs(length_ns - segment.parts.wall_ns());
    tiling.error_ns += other_error_of(segment.parts);
    if (i > 0) tiling.error_ns += std::abs(segment.begin_ns - segments[i - 1].end_ns);
  }
  tiling.error_ns += std::abs(left_ns);
  return tiling;
}

Tiling check_tiling(const Recording& recording, const std::vector<Segment>& segments) {
  Tiling tiling;
  std::size_t from = 0;
  for (Index thread = 0; thread < recording.events.size(); ++thread) {
    std::size_t to = from;
    while (to < segments.size() && segments[to].thread == thread) ++to;
    const Tiling of_thread =
        check_tiling_of_thread(recording, thread, std::span(segments).subspan(from, to - from));
    tiling.thread_life_ns += of_thread.thread_life_ns;
    tiling.error_ns += of_thread.error_ns;
    from = to;
  }
  for (; from < segments.size(); ++from) {  // of no thread, or out of order
    tiling.error_ns += std::abs(segments[from].end_ns - segments[from].begin_ns);
  }
  return tiling;
}

}  // namespace plumbline::analysis

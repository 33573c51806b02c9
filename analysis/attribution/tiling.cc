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

Tiling check_tiling(const Recording& recording, const std::vector<Segment>& segments) {
  Tiling tiling;
  std::vector<std::int64_t> left_ns;  // by thread: life less its segments
  for (const std::vector<Event>& events : recording.events) {
    left_ns.push_back(life_of(recording, events));
    tiling.thread_life_ns += left_ns.back();
  }
  const Segment* previous = nullptr;
  for (const Segment& segment : segments) {
    const std::int64_t length_ns = segment.end_ns - segment.begin_ns;
    left_ns[segment.thread] -= length_ns;
    tiling.error_ns += std::abs(length_ns - segment.parts.wall_ns());
    tiling.error_ns += other_error_of(segment.parts);
    if (previous != nullptr && previous->thread == segment.thread) {
      tiling.error_ns += std::abs(segment.begin_ns - previous->end_ns);
    }
    previous = &segment;
  }
  for (const std::int64_t left : left_ns) tiling.error_ns += std::abs(left);
  return tiling;
}

}  // namespace plumbline::analysis

// Active intervals are sorted by root (counting sort), then by begin within each root, and swept.
#include "analysis/attribution/coverage.h"

#include <algorithm>
#include <span>

namespace plumbline::analysis {

namespace {

struct Interval {
  Index root;
  std::int64_t begin_ns, end_ns;
};

// Neighbouring segments of one thread and root become one interval: most of them do.
std::vector<Interval> active_intervals(const SpanTable& spans, const Partition& partition) {
  std::vector<Interval> intervals;
  Index last_thread = kNone;
  for (const Segment& segment : partition.segments) {
    const Index root = segment.span == kNone ? kNone : spans.root[segment.span];
    if (root == kNone || !is_finished_root(spans, root)) continue;
    const bool continues = !intervals.empty() && last_thread == segment.thread &&
                           intervals.back().root == root &&
                           intervals.back().end_ns == segment.begin_ns;
    if (continues) {
      intervals.back().end_ns = segment.end_ns;
    } else {
      intervals.push_back({root, segment.begin_ns, segment.end_ns});
      last_thread = segment.thread;
    }
  }
  return intervals;
}

std::vector<Interval> grouped_by_root(const std::vector<Interval>& intervals, std::size_t roots) {
  std::vector<std::size_t> next(roots + 1, 0);  // place of a root's next interval
  for (const Interval& interval : intervals) ++next[interval.root + 1];
  for (std::size_t i = 1; i < next.size(); ++i) next[i] += next[i - 1];
  std::vector<Interval> grouped(intervals.size());
  for (const Interval& interval : intervals) grouped[next[interval.root]++] = interval;
  return grouped;
}

std::int64_t union_ns(std::span<Interval> intervals, std::int64_t begin_ns, std::int64_t end_ns) {
  std::sort(intervals.begin(), intervals.end(),
            [](const Interval& a, const Interval& b) { return a.begin_ns < b.begin_ns; });
  std::int64_t covered_ns = 0;
  std::int64_t swept_to_ns = begin_ns;
  for (const Interval& interval : intervals) {
    const std::int64_t from_ns = std::max(interval.begin_ns, swept_to_ns);
    const std::int64_t to_ns = std::min(interval.end_ns, end_ns);
    if (to_ns <= from_ns) continue;
    covered_ns += to_ns - from_ns;
    swept_to_ns = to_ns;
  }
  return covered_ns;
}

}  // namespace

std::vector<std::int64_t> covered_ns_by_root(const Recording& recording,
                                             const Partition& partition) {
  const SpanTable& spans = recording.spans;
  std::vector<Interval> intervals =
      grouped_by_root(active_intervals(spans, partition), spans.size());
  std::vector<std::int64_t> covered_ns(spans.size(), 0);
  for (std::size_t first = 0; first < intervals.size();) {
    const Index root = intervals[first].root;
    std::size_t behind = first;
    while (behind < intervals.size() && intervals[behind].root == root) ++behind;
    covered_ns[root] = union_ns(std::span(intervals).subspan(first, behind - first),
                                spans.start_ns[root], spans.end_ns[root]);
    first = behind;
  }
  return covered_ns;
}

}  // namespace plumbline::analysis

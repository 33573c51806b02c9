// Active intervals are sorted by root (counting sort), then by begin within each root, and swept.
#include "analysis/attribution/coverage.h"

#include <algorithm>
#include <span>

namespace plumbline::analysis {

namespace {

std::vector<ActiveInterval> grouped_by_root(const std::vector<ActiveInterval>& intervals,
                                            std::size_t roots) {
  std::vector<std::size_t> next(roots + 1, 0);  // place of a root's next interval
  for (const ActiveInterval& interval : intervals) ++next[interval.root + 1];
  for (std::size_t i = 1; i < next.size(); ++i) next[i] += next[i - 1];
  std::vector<ActiveInterval> grouped(intervals.size());
  for (const ActiveInterval& interval : intervals) grouped[next[interval.root]++] = interval;
  return grouped;
}

std::int64_t union_ns(std::span<ActiveInterval> intervals, std::int64_t begin_ns,
                      std::int64_t end_ns) {
  std::sort(
      intervals.begin(), intervals.end(),
      [](const ActiveInterval& a, const ActiveInterval& b) { return a.begin_ns < b.begin_ns; });
  std::int64_t covered_ns = 0;
  std::int64_t swept_to_ns = begin_ns;
  for (const ActiveInterval& interval : intervals) {
    const std::int64_t from_ns = std::max(interval.begin_ns, swept_to_ns);
    const std::int64_t to_ns = std::min(interval.end_ns, end_ns);
    if (to_ns <= from_ns) continue;
    covered_ns += to_ns - from_ns;
    swept_to_ns = to_ns;
  }
  return covered_ns;
}

}  // namespace

// Neighbouring segments of one thread and root become one interval: most of them do.
void ActiveIntervals::add(const SpanTable& spans, const Segment& segment) {
  const Index root = segment.span == kNone ? kNone : spans.root[segment.span];
  if (root == kNone || !is_finished_root(spans, root)) return;
  const bool continues = !intervals_.empty() && last_thread_ == segment.thread &&
                         intervals_.back().root == root &&
                         intervals_.back().end_ns == segment.begin_ns;
  if (continues) {
    intervals_.back().end_ns = segment.end_ns;
  } else {
    intervals_.push_back({root, segment.begin_ns, segment.end_ns});
    last_thread_ = segment.thread;
  }
}

void ActiveIntervals::add(const ActiveIntervals& more) {
  intervals_.insert(intervals_.end(), more.intervals_.begin(), more.intervals_.end());
}

std::vector<std::int64_t> ActiveIntervals::covered_ns_by_root(const SpanTable& spans) const {
  std::vector<ActiveInterval> intervals = grouped_by_root(intervals_, spans.size());
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

std::vector<std::int64_t> covered_ns_by_root(const Recording& recording,
                                             const Partition& partition) {
  ActiveIntervals intervals;
  for (const Segment& segment : partition.segments) intervals.add(recording.spans, segment);
  return intervals.covered_ns_by_root(recording.spans);
}

}  // namespace plumbline::analysis

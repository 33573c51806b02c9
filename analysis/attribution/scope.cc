#include "analysis/attribution/scope.h"

#include <algorithm>

namespace plumbline::analysis {

namespace {

// Windows that overlap or touch become one.
std::vector<TimeWindow> merged(std::vector<TimeWindow> windows) {
  std::sort(windows.begin(), windows.end(), [](const TimeWindow& a, const TimeWindow& b) {
    return a.begin_ns != b.begin_ns ? a.begin_ns < b.begin_ns : a.end_ns < b.end_ns;
  });
  std::vector<TimeWindow> disjoint;
  for (const TimeWindow& window : windows) {
    if (window.begin_ns >= window.end_ns) continue;
    if (!disjoint.empty() && window.begin_ns <= disjoint.back().end_ns) {
      disjoint.back().end_ns = std::max(disjoint.back().end_ns, window.end_ns);
    } else {
      disjoint.push_back(window);
    }
  }
  return disjoint;
}

class Scoping {
 public:
  Scoping(const SpanTable& spans, const TimeIndex& index,
          const std::vector<std::int64_t>& covered_ns_by_root, Scope scope)
      : spans_(spans),
        index_(index),
        forest_(index.forest()),
        covered_ns_by_root_(covered_ns_by_root) {
    result_.scope = scope;
  }

  ScopedTime run(const std::vector<Index>& picked) {
    positions_.reserve(picked.size());
    for (const Index row : picked) positions_.push_back(forest_.position(row));
    std::sort(positions_.begin(), positions_.end());
    positions_.erase(std::unique(positions_.begin(), positions_.end()), positions_.end());
    count_picked();
    if (result_.scope == Scope::kSpan || result_.scope == Scope::kChildren) {
      take_spans();
    } else {
      take_windows();
    }
    return std::move(result_);
  }

 private:
  bool is_timed(Index row) const { return spans_.start_ns[row] >= 0 && spans_.end_ns[row] >= 0; }

  void count_picked() {
    result_.picked = positions_.size();
    for (const Index position : positions_) {
      const Index row = forest_.row_at(position);
      if (spans_.start_ns[row] < 0) {
        ++result_.unstarted;
      } else if (spans_.end_ns[row] < 0) {
        ++result_.unfinished;
      }
      if (index_.segments_of().of(position).empty()) ++result_.never_active;
    }
  }

  void take_spans() {
    Index behind = 0;  // the last subtree
    for (const Index position : positions_) {
      const Index row = forest_.row_at(position);
      const bool below_another = position < behind;
      if (!below_another) {
        behind = forest_.subtree(row).to;
        add_elapsed(row);
      }
      if (result_.scope == Scope::kSpan) {
        add_range(forest_.alone(row));
      } else if (!below_another) {
        add_range(forest_.subtree(row));
      }
    }
    for (const SpanRange& range : result_.ranges) count_outliving(range);
  }

  void add_range(SpanRange range) {
    result_.spans += range.to - range.from;
    if (!result_.ranges.empty() && result_.ranges.back().to == range.from) {
      result_.ranges.back().to = range.to;
    } else {
      result_.ranges.push_back(range);
    }
  }

  void add_elapsed(Index row) {
    if (!is_timed(row)) return;
    const std::int64_t elapsed_ns = spans_.end_ns[row] - spans_.start_ns[row];
    result_.elapsed_ns += elapsed_ns;
    if (result_.scope == Scope::kChildren) result_.uncovered_ns += elapsed_ns - covered_ns(row);
  }

  // How much of the span's elapsed time some span of its subtree was active, on any thread.
  std::int64_t covered_ns(Index row) const {
    if (spans_.root[row] == row) return covered_ns_by_root_[row];
    const SpanRange range = forest_.subtree(row);
    std::vector<TimeWindow> active;
    for (const Index segment : index_.segments_of().of_range(range.from, range.to)) {
      active.push_back({std::max(index_.segments().begin_ns[segment], spans_.start_ns[row]),
                        std::min(index_.segments().end_ns[segment], spans_.end_ns[row])});
    }
    std::int64_t sum_ns = 0;
    for (const TimeWindow& window : merged(std::move(active))) {
      sum_ns += window.end_ns - window.begin_ns;
    }
    return sum_ns;
  }

  void count_outliving(SpanRange range) {
    for (Index position = range.from; position < range.to; ++position) {
      const Index row = forest_.row_at(position);
      const Index parent = forest_.parent(row);
      if (parent == kNone || spans_.end_ns[parent] < 0) continue;
      const bool outlives = spans_.end_ns[row] < 0 || spans_.end_ns[row] > spans_.end_ns[parent];
      if (outlives) ++result_.outliving_spans;
    }
  }

  void take_windows() {
    std::vector<TimeWindow> windows;
    for (const Index position : positions_) {
      const Index row = forest_.row_at(position);
      if (spans_.start_ns[row] < 0) continue;
      TimeWindow window = {spans_.start_ns[row], spans_.end_ns[row]};
      if (window.end_ns < 0) window.end_ns = std::max(index_.end_ns(), window.begin_ns);
      windows.push_back(result_.scope == Scope::kFull ? minutes_around(window) : window);
    }
    result_.windows = merged(std::move(windows));
    for (const TimeWindow& window : result_.windows) {
      const std::int64_t from_ns = std::max(window.begin_ns, index_.begin_ns());
      const std::int64_t to_ns = std::min(window.end_ns, index_.end_ns());
      result_.elapsed_ns += std::max<std::int64_t>(0, to_ns - from_ns);
    }
  }

  TimeWindow minutes_around(const TimeWindow& window) const {
    const auto minute = [&](std::int64_t ns) {
      return std::max<std::int64_t>(0, ns - index_.begin_ns()) / kFullWindowNs;
    };
    const std::int64_t last_ns = std::max(window.begin_ns, window.end_ns - 1);
    return {index_.begin_ns() + minute(window.begin_ns) * kFullWindowNs,
            index_.begin_ns() + (minute(last_ns) + 1) * kFullWindowNs};
  }

  const SpanTable& spans_;
  const TimeIndex& index_;
  const SpanForest& forest_;
  const std::vector<std::int64_t>& covered_ns_by_root_;
  std::vector<Index> positions_;
  ScopedTime result_;
};

}  // namespace

ScopedTime scoped_time(const SpanTable& spans, const TimeIndex& index,
                       const std::vector<std::int64_t>& covered_ns_by_root,
                       const std::vector<Index>& picked, Scope scope) {
  return Scoping(spans, index, covered_ns_by_root, scope).run(picked);
}

ScopedTime whole_recording(const TimeIndex& index) {
  ScopedTime whole;
  whole.scope = Scope::kFull;
  // The last edge is a moment of its own: what was booked there belongs to the whole.
  whole.windows = {{index.begin_ns(), index.end_ns() + 1}};
  whole.elapsed_ns = index.end_ns() - index.begin_ns();
  return whole;
}

}  // namespace plumbline::analysis

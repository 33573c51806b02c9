// What of a recording lies in a scope: its segments, samples and sums of calls, each once.
//
// Used by selected_time.cc, linked_time.cc and exports. Segments come whole, in runs of neighbours;
// those that the edge of a window cuts come one by one, with what of their cells lies inside.
// Thread rule: pure. Failure: none.
#pragma once

#include <algorithm>
#include <array>
#include <iterator>

#include "analysis/attribution/scope.h"
#include "analysis/attribution/worker_threads.h"

namespace plumbline::analysis {

// A segment has one part of each kind at most.
inline constexpr std::size_t kMostCells = kTimeKinds;

struct SegmentPiece {
  Index segment = 0;
  TimeWindow window;                          // what lies inside
  std::array<std::int64_t, kMostCells> ns{};  // of its cells, in their order
};

// The segments from `from` to before `to`, and the pieces at its edges, that lie in `window`.
struct WindowOfThread {
  Index from = 0, to = 0;
  Index first_cut = kNone, last_cut = kNone;  // kNone: no such piece
};

// Of the neighbouring segments [first, behind) of one thread.
WindowOfThread segments_in(const TimeIndex& index, Index first, Index behind,
                           const TimeWindow& window);
SegmentPiece piece_in(const TimeIndex& index, Index segment, const TimeWindow& window);

// `windows`: disjoint and ascending.
inline bool is_inside(const std::vector<TimeWindow>& windows, std::int64_t ns) {
  if (windows.size() == 1) return ns >= windows[0].begin_ns && ns < windows[0].end_ns;
  const auto later = std::upper_bound(
      windows.begin(), windows.end(), ns,
      [](std::int64_t at_ns, const TimeWindow& window) { return at_ns < window.begin_ns; });
  return later != windows.begin() && ns < std::prev(later)->end_ns;
}

// Templates, so that the loops over tens of millions of cells are inlined. Of a share of the rows:
// those of the parts together are the scope's, each once.
template <class Visit>
void walk_lists(const RowLists& lists, const std::vector<SpanRange>& ranges, Share share,
                Visit visit) {
  std::size_t rows = 0;
  for (const SpanRange& range : ranges) rows += lists.of_range(range.from, range.to).size();
  const std::size_t begin = share.begin(rows), end = share.end(rows);
  std::size_t at = 0;  // of the list's first row
  for (const SpanRange& range : ranges) {
    const auto list = lists.of_range(range.from, range.to);
    const std::size_t from = std::clamp(begin, at, at + list.size()) - at;
    const std::size_t to = std::clamp(end, at, at + list.size()) - at;
    for (std::size_t row = from; row < to; ++row) visit(list[row]);
    at += list.size();
  }
}

// `whole(from, to)`: all of these segments; `cut(piece)`. Within a thread both come in order of
// time where the scope is one of windows.
template <class Whole, class Cut>
void walk_segments(const TimeIndex& index, const ScopedTime& scope, Whole whole, Cut cut,
                   Share share = {}) {
  walk_lists(index.segments_of(), scope.ranges, share,
             [&](Index segment) { whole(segment, segment + 1); });
  if (scope.windows.empty()) return;
  const std::vector<Index>& first = index.segments().first_of_thread;
  const std::size_t segments = index.segments().begin_ns.size();
  const auto begin = static_cast<Index>(share.begin(segments));
  const auto end = static_cast<Index>(share.end(segments));
  for (std::size_t thread = 0; thread + 1 < first.size(); ++thread) {
    const Index from = std::max(begin, first[thread]), to = std::min(end, first[thread + 1]);
    for (std::size_t i = 0; i < scope.windows.size() && from < to; ++i) {
      const TimeWindow& window = scope.windows[i];
      const WindowOfThread in = segments_in(index, from, to, window);
      if (in.first_cut != kNone) cut(piece_in(index, in.first_cut, window));
      if (in.from < in.to) whole(in.from, in.to);
      if (in.last_cut != kNone) cut(piece_in(index, in.last_cut, window));
    }
  }
}

template <class Visit>
void walk_times(const std::vector<std::int64_t>& times_ns, const std::vector<TimeWindow>& windows,
                Share share, Visit visit) {
  if (windows.empty()) return;
  const std::size_t end = share.end(times_ns.size());
  for (std::size_t row = share.begin(times_ns.size()); row < end; ++row) {
    if (is_inside(windows, times_ns[row])) visit(static_cast<Index>(row));
  }
}

template <class Visit>
void walk_samples(const TimeIndex& index, const ScopedTime& scope, Visit visit, Share share = {}) {
  walk_lists(index.samples_of(), scope.ranges, share, visit);
  walk_times(index.samples().wall_ns, scope.windows, share, visit);
}

template <class Visit>
void walk_call_sums(const TimeIndex& index, const ScopedTime& scope, Visit visit,
                    Share share = {}) {
  walk_lists(index.call_sums_of(), scope.ranges, share, visit);
  walk_times(index.call_sums().near_ns, scope.windows, share, visit);
}

// About how many rows there are to walk.
std::size_t rows_in(const TimeIndex& index, const ScopedTime& scope);

}  // namespace plumbline::analysis

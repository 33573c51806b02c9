// What of a recording lies in a scope: its segments, samples and sums of calls, each once.
//
// Used by selected_time.cc and linked_time.cc. Segments come whole, in runs of neighbours; those
// that the edge of a window cuts come one by one, with what of their cells lies inside.
// Thread rule: pure. Failure: none.
#pragma once

#include <algorithm>
#include <array>
#include <span>

#include "analysis/attribution/scope.h"

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
bool is_inside(const std::vector<TimeWindow>& windows, std::int64_t ns);

// Templates, so that the loops over tens of millions of cells are inlined. `whole(from, to)`: all
// of these segments; `cut(piece)`. Within a thread both come in order of time where the scope is
// one of windows.
template <class Whole, class Cut>
void walk_segments(const TimeIndex& index, const ScopedTime& scope, Whole whole, Cut cut) {
  for (const SpanRange& range : scope.ranges) {
    for (const Index segment : index.segments_of().of_range(range.from, range.to)) {
      whole(segment, segment + 1);
    }
  }
  const std::vector<Index>& first = index.segments().first_of_thread;
  for (std::size_t thread = 0; thread + 1 < first.size() && !scope.windows.empty(); ++thread) {
    for (const TimeWindow& window : scope.windows) {
      const WindowOfThread in = segments_in(index, first[thread], first[thread + 1], window);
      if (in.first_cut != kNone) cut(piece_in(index, in.first_cut, window));
      if (in.from < in.to) whole(in.from, in.to);
      if (in.last_cut != kNone) cut(piece_in(index, in.last_cut, window));
    }
  }
}

template <class Visit>
void walk_samples(const TimeIndex& index, const ScopedTime& scope, Visit visit) {
  for (const SpanRange& range : scope.ranges) {
    for (const Index row : index.samples_of().of_range(range.from, range.to)) visit(row);
  }
  if (scope.windows.empty()) return;
  const std::vector<std::int64_t>& wall_ns = index.samples().wall_ns;
  for (Index row = 0; row < wall_ns.size(); ++row) {
    if (is_inside(scope.windows, wall_ns[row])) visit(row);
  }
}

template <class Visit>
void walk_call_sums(const TimeIndex& index, const ScopedTime& scope, Visit visit) {
  for (const SpanRange& range : scope.ranges) {
    for (const Index row : index.call_sums_of().of_range(range.from, range.to)) visit(row);
  }
  if (scope.windows.empty()) return;
  const std::vector<std::int64_t>& near_ns = index.call_sums().near_ns;
  for (Index row = 0; row < near_ns.size(); ++row) {
    if (is_inside(scope.windows, near_ns[row])) visit(row);
  }
}

}  // namespace plumbline::analysis

#include "analysis/attribution/scope_walk.h"

#include <span>

#include "analysis/attribution/segment_cut.h"

namespace plumbline::analysis {

namespace {

void keep_share(std::int64_t& weight_ns, std::int64_t length_ns, std::int64_t before_ns) {
  const double share = static_cast<double>(before_ns) / static_cast<double>(length_ns);
  weight_ns = static_cast<std::int64_t>(static_cast<double>(weight_ns) * share);
}

}  // namespace

WindowOfThread segments_in(const TimeIndex& index, Index first, Index behind,
                           const TimeWindow& window) {
  const auto& begin_ns = index.segments().begin_ns;
  const auto& end_ns = index.segments().end_ns;
  const auto row = [](const std::vector<std::int64_t>& column, auto at) {
    return static_cast<Index>(at - column.begin());
  };
  // The first that begins inside, and the first that ends outside.
  const Index inside = row(begin_ns, std::lower_bound(begin_ns.begin() + first,
                                                      begin_ns.begin() + behind, window.begin_ns));
  Index outside =
      row(end_ns, std::upper_bound(end_ns.begin() + first, end_ns.begin() + behind, window.end_ns));
  // A moment at the window's end is behind it.
  while (outside > first && begin_ns[outside - 1] >= window.end_ns) --outside;
  WindowOfThread in{.from = inside, .to = outside};
  if (inside > first && end_ns[inside - 1] > window.begin_ns) in.first_cut = inside - 1;
  const Index last = std::max(inside, outside);
  if (last < behind && begin_ns[last] < window.end_ns) in.last_cut = last;
  return in;
}

SegmentPiece piece_in(const TimeIndex& index, Index segment, const TimeWindow& window) {
  const CellColumns& cells = index.cells();
  const SegmentColumns& segments = index.segments();
  const Index from = segments.first_cell[segment];
  const std::size_t count = segments.first_cell[segment + 1] - from;
  const std::int64_t begin_ns = segments.begin_ns[segment];
  const std::int64_t end_ns = segments.end_ns[segment];
  const std::int64_t length_ns = end_ns - begin_ns;
  SegmentPiece piece{
      .segment = segment,
      .window = {std::max(begin_ns, window.begin_ns), std::min(end_ns, window.end_ns)}};
  std::copy_n(cells.ns.begin() + from, count, piece.ns.begin());
  std::array<std::int64_t, kMostCells> before = piece.ns;
  // The weight of missed samples stands last, beside the parts: it is no time.
  const bool has_missed = count > 0 && cells.kind[from + count - 1] == kMissedKind;
  const auto keep = [&](std::array<std::int64_t, kMostCells>& parts, std::int64_t edge_ns) {
    const std::int64_t before_ns = std::clamp<std::int64_t>(edge_ns - begin_ns, 0, length_ns);
    keep_first(std::span(parts).first(count - (has_missed ? 1 : 0)), length_ns, before_ns);
    if (has_missed) keep_share(parts[count - 1], length_ns, before_ns);
  };
  keep(piece.ns, window.end_ns);
  keep(before, window.begin_ns);
  for (std::size_t i = 0; i < count; ++i) piece.ns[i] -= before[i];
  return piece;
}

std::size_t rows_in(const TimeIndex& index, const ScopedTime& scope) {
  std::size_t rows = 0;
  for (const SpanRange& range : scope.ranges) {
    rows += index.segments_of().of_range(range.from, range.to).size();
  }
  if (scope.windows.empty()) return rows;
  const std::int64_t length_ns = std::max<std::int64_t>(1, index.end_ns() - index.begin_ns());
  std::int64_t covered_ns = 0;
  for (const TimeWindow& window : scope.windows) covered_ns += window.end_ns - window.begin_ns;
  const double share =
      std::min(1.0, static_cast<double>(covered_ns) / static_cast<double>(length_ns));
  const double segments = static_cast<double>(index.segments().begin_ns.size());
  return static_cast<std::size_t>(share * segments);
}

}  // namespace plumbline::analysis

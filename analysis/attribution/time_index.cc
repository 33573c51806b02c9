#include "analysis/attribution/time_index.h"

#include <algorithm>
#include <utility>

#include "analysis/attribution/missed_samples.h"
#include "analysis/attribution/sample_weight.h"

namespace plumbline::analysis {

using format::Category;
using format::OtherReason;

namespace {

bool has_frames(const StackTable& stacks, Index stack) {
  return stack != kNone && stacks.first[stack] != stacks.first[stack + 1];
}

// Column by column, so that the second of two copies is never more than one of them.
template <class Column>
void append_column(std::vector<Column>& column, std::vector<Column>& more) {
  if (column.empty()) {
    column.swap(more);
  } else {
    column.insert(column.end(), more.begin(), more.end());
  }
  std::vector<Column>().swap(more);
}

}  // namespace

// ---- segments to cells ----

// A wait makes two segments, any other event one; of cells there are 2 to 3 a segment. What is
// reserved and not used is never touched, so it takes no memory.
SegmentCells::SegmentCells(const Recording& recording, const SpanForest& forest, std::size_t events)
    : recording_(&recording), forest_(&forest), keys_(recording.stacks.size()) {
  const std::size_t most = 2 * events;
  segments.begin_ns.reserve(most);
  segments.end_ns.reserve(most);
  segments.first_cell.reserve(most + 1);
  segments.first_of_thread.assign(recording.threads.size() + 1, 0);
  position.reserve(most);
  cells.key.reserve(3 * most);
  cells.kind.reserve(3 * most);
  cells.ns.reserve(3 * most);
}

void SegmentCells::add_cell(Index key, std::size_t kind, std::int64_t ns) {
  if (ns == 0) return;
  cells.key.push_back(key);
  cells.kind.push_back(static_cast<std::uint8_t>(kind));
  cells.ns.push_back(ns);
}

Index SegmentCells::wait_key(Index wait) const {
  const Index stack = recording_->waits.stack[wait];
  if (has_frames(recording_->stacks, stack)) return keys_.of_wait(stack);
  const std::size_t category = index_of(recording_->waits.category[wait]);
  return keys_.stackless(Stackless::kWaitNoStack, category);
}

// What a wait's segment holds has the wait's stack, whatever its category.
void SegmentCells::add_segment(const Segment& segment, std::int64_t missed_ns) {
  const TimeParts& parts = segment.parts;
  const bool in_wait = segment.wait != kNone;
  const Index stack = in_wait ? wait_key(segment.wait) : kNone;
  const auto key = [&](Stackless kind, std::size_t which = 0) {
    return in_wait ? stack : keys_.stackless(kind, which);
  };
  const std::size_t cpu_kind =
      in_wait ? kFirstCpuInWaitKind + index_of(recording_->waits.category[segment.wait])
              : index_of(Category::kCpu);
  add_cell(key(Stackless::kUnsampled), cpu_kind, parts.category[index_of(Category::kCpu)]);
  for (std::size_t kind = index_of(Category::kLock); kind < index_of(Category::kRunQueue); ++kind) {
    add_cell(key(Stackless::kWaitNoStack, kind), kind, parts.category[kind]);
  }
  add_cell(key(Stackless::kRunQueue), index_of(Category::kRunQueue),
           parts.category[index_of(Category::kRunQueue)]);
  for (std::size_t reason = 0; reason < parts.other.size(); ++reason) {
    add_cell(key(Stackless::kReason, reason), kFirstReasonKind + reason, parts.other[reason]);
  }
  add_cell(key(Stackless::kResidual), kResidualKind, parts.residual_ns);
  add_cell(keys_.stackless(Stackless::kUnsampled), kMissedKind, missed_ns);
}

void SegmentCells::add(std::span<const Segment> more, const std::vector<MissedCpu>& missed) {
  auto next_missed = missed.begin();
  for (std::size_t i = 0; i < more.size(); ++i) {
    const Segment& segment = more[i];
    const bool has_missed = next_missed != missed.end() && next_missed->segment == i;
    segments.begin_ns.push_back(segment.begin_ns);
    segments.end_ns.push_back(segment.end_ns);
    segments.first_cell.push_back(static_cast<Index>(cells.key.size()));
    ++segments.first_of_thread[segment.thread + 1];
    position.push_back(segment.span == kNone ? kNone : forest_->position(segment.span));
    add_segment(segment, has_missed ? next_missed->ns : 0);
    if (has_missed) ++next_missed;
    begin_ns = std::min(begin_ns, segment.begin_ns);
    end_ns = std::max(end_ns, segment.end_ns);
  }
}

void SegmentCells::append(SegmentCells&& more) {
  const auto before = static_cast<Index>(cells.key.size());
  for (Index& cell : more.segments.first_cell) cell += before;
  append_column(segments.begin_ns, more.segments.begin_ns);
  append_column(segments.end_ns, more.segments.end_ns);
  append_column(segments.first_cell, more.segments.first_cell);
  append_column(position, more.position);
  append_column(cells.key, more.cells.key);
  append_column(cells.kind, more.cells.kind);
  append_column(cells.ns, more.cells.ns);
  for (std::size_t i = 0; i < segments.first_of_thread.size(); ++i) {
    segments.first_of_thread[i] += more.segments.first_of_thread[i];
  }
  begin_ns = std::min(begin_ns, more.begin_ns);
  end_ns = std::max(end_ns, more.end_ns);
}

// ---- the index ----

TimeIndex::TimeIndex(const Recording& recording, const Partition& partition)
    : forest_(recording.spans), stacks_(static_cast<Index>(recording.stacks.size())) {
  std::vector<SegmentCells> parts;
  parts.emplace_back(recording, forest_, partition.segments.size());
  parts[0].add(partition.segments, missed_cpu_by_segment(recording, partition));
  take_segments(recording, std::move(parts));
}

TimeIndex::TimeIndex(const Recording& recording, SpanForest forest, std::vector<SegmentCells> parts)
    : forest_(std::move(forest)), stacks_(static_cast<Index>(recording.stacks.size())) {
  take_segments(recording, std::move(parts));
}

void TimeIndex::take_segments(const Recording& recording, std::vector<SegmentCells> parts) {
  SegmentCells& all = parts.front();
  for (std::size_t part = 1; part < parts.size(); ++part) all.append(std::move(parts[part]));
  segments_ = std::move(all.segments);
  cells_ = std::move(all.cells);
  segments_.first_cell.push_back(static_cast<Index>(cells_.key.size()));
  std::vector<Index>& first = segments_.first_of_thread;
  for (std::size_t i = 1; i < first.size(); ++i) first[i] += first[i - 1];
  const std::vector<Index> position = std::move(all.position);
  begin_ns_ = position.empty() ? 0 : all.begin_ns;
  end_ns_ = position.empty() ? 0 : all.end_ns;
  segments_of_ =
      RowLists(forest_.size(), position.size(), [&](std::size_t row) { return position[row]; });
  add_samples(recording);
  add_call_sums(recording);
}

void TimeIndex::add_samples(const Recording& recording) {
  const SampleTable& table = recording.samples;
  const SampleWeights weights(recording);
  std::vector<Index> positions;
  samples_.wall_ns.reserve(table.size());
  samples_.weight_ns.reserve(table.size());
  samples_.key.reserve(table.size());
  positions.reserve(table.size());
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table.in_hook[i]) continue;
    const bool framed = has_frames(recording.stacks, table.stack[i]);
    samples_.wall_ns.push_back(table.wall_ns[i]);
    samples_.weight_ns.push_back(weights(i));
    samples_.key.push_back(framed ? table.stack[i] : keys().stackless(Stackless::kUnsampled));
    positions.push_back(position_of(table.span[i]));
  }
  samples_of_ =
      RowLists(forest_.size(), positions.size(), [&](std::size_t row) { return positions[row]; });
}

void TimeIndex::add_call_sums(const Recording& recording) {
  const CallSumsTable& table = recording.call_sums;
  call_sums_.near_ns = table.near_ns;
  call_sums_.cpu_ns = table.cpu_ns;
  for (const Category category : table.category) {
    call_sums_.category.push_back(static_cast<std::uint8_t>(category));
  }
  call_sums_of_ = RowLists(forest_.size(), table.size(),
                           [&](std::size_t row) { return position_of(table.span[row]); });
}

}  // namespace plumbline::analysis

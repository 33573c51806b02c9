#include "analysis/attribution/time_index.h"

#include <algorithm>

#include "analysis/attribution/missed_samples.h"
#include "analysis/attribution/sample_weight.h"

namespace plumbline::analysis {

using format::Category;
using format::OtherReason;

TimeIndex::TimeIndex(const Recording& recording, const Partition& partition)
    : forest_(recording.spans), stacks_(static_cast<Index>(recording.stacks.size())) {
  add_segments(recording, partition);
  add_samples(recording);
  add_call_sums(recording);
}

void TimeIndex::add_cell(Index key, std::size_t kind, std::int64_t ns) {
  if (ns == 0) return;
  cells_.key.push_back(key);
  cells_.kind.push_back(static_cast<std::uint8_t>(kind));
  cells_.ns.push_back(ns);
}

bool TimeIndex::has_frames(const StackTable& stacks, Index stack) const {
  return stack != kNone && stacks.first[stack] != stacks.first[stack + 1];
}

Index TimeIndex::wait_key(const Recording& recording, Index wait) const {
  const Index stack = recording.waits.stack[wait];
  if (has_frames(recording.stacks, stack)) return keys().of_wait(stack);
  const std::size_t category = index_of(recording.waits.category[wait]);
  return keys().stackless(Stackless::kWaitNoStack, category);
}

// What a wait's segment holds has the wait's stack, whatever its category.
void TimeIndex::add_segment(const Recording& recording, const Segment& segment,
                            std::int64_t missed_ns) {
  const TimeParts& parts = segment.parts;
  const bool in_wait = segment.wait != kNone;
  const Index stack = in_wait ? wait_key(recording, segment.wait) : kNone;
  const auto key = [&](Stackless kind, std::size_t which = 0) {
    return in_wait ? stack : keys().stackless(kind, which);
  };
  const std::size_t cpu_kind =
      in_wait ? kFirstCpuInWaitKind + index_of(recording.waits.category[segment.wait])
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
  add_cell(keys().stackless(Stackless::kUnsampled), kMissedKind, missed_ns);
}

void TimeIndex::add_segments(const Recording& recording, const Partition& partition) {
  const std::vector<Segment>& segments = partition.segments;
  const std::vector<MissedCpu> missed = missed_cpu_by_segment(recording, partition);
  auto next_missed = missed.begin();
  segments_.begin_ns.reserve(segments.size());
  segments_.end_ns.reserve(segments.size());
  segments_.first_cell.reserve(segments.size() + 1);
  cells_.key.reserve(segments.size() * 2);
  cells_.kind.reserve(segments.size() * 2);
  cells_.ns.reserve(segments.size() * 2);
  segments_.first_of_thread.assign(recording.threads.size() + 1, 0);
  begin_ns_ = segments.empty() ? 0 : INT64_MAX;
  end_ns_ = segments.empty() ? 0 : INT64_MIN;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const Segment& segment = segments[i];
    const bool has_missed = next_missed != missed.end() && next_missed->segment == i;
    segments_.begin_ns.push_back(segment.begin_ns);
    segments_.end_ns.push_back(segment.end_ns);
    segments_.first_cell.push_back(static_cast<Index>(cells_.key.size()));
    ++segments_.first_of_thread[segment.thread + 1];
    add_segment(recording, segment, has_missed ? next_missed->ns : 0);
    if (has_missed) ++next_missed;
    begin_ns_ = std::min(begin_ns_, segment.begin_ns);
    end_ns_ = std::max(end_ns_, segment.end_ns);
  }
  segments_.first_cell.push_back(static_cast<Index>(cells_.key.size()));
  std::vector<Index>& first = segments_.first_of_thread;
  for (std::size_t i = 1; i < first.size(); ++i) first[i] += first[i - 1];
  segments_of_ = RowLists(forest_.size(), segments.size(),
                          [&](std::size_t row) { return position_of(segments[row].span); });
}

void TimeIndex::add_samples(const Recording& recording) {
  const SampleTable& table = recording.samples;
  const SampleWeights weights(recording);
  std::vector<Index> positions;
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

// A recording's time, samples and calls, laid out so that any scope is added up in one pass.
//
// Built once by time_load.cc (and by function_shares.cc) from a recording and its partition. Each
// segment is split into cells: so many nanoseconds, of a kind (TimeKind), at a stack key (a stack,
// or a frame that stands for none). Cells lie in columns by thread and time; lists by span are in
// the order of the forest, so that a subtree is one slice.
// Thread rule: immutable once built; it refers to nothing of what it was built from.
// Failure: none.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "analysis/attribution/missed_samples.h"
#include "analysis/attribution/row_lists.h"
#include "analysis/attribution/span_forest.h"
#include "analysis/attribution/stackless.h"
#include "analysis/attribution/time_sum.h"

namespace plumbline::analysis {

// Kinds of cells: the categories without `other`, its reasons, the residual, CPU inside waits by
// the wait's category, and the weight of samples that were missed, which is no time.
inline constexpr std::uint8_t kFirstReasonKind = index_of(format::Category::kOther);
inline constexpr std::uint8_t kResidualKind = kFirstReasonKind + format::kOtherReasonCount;
inline constexpr std::uint8_t kFirstCpuInWaitKind = kResidualKind + 1;
inline constexpr std::uint8_t kMissedKind = kFirstCpuInWaitKind + format::kCategoryCount;
inline constexpr std::size_t kTimeKinds = kMissedKind + 1;

using TimeByKind = std::array<std::int64_t, kTimeKinds>;

// The column of each kind; kMissedKind has none.
constexpr std::size_t column_of_kind(std::uint8_t kind) {
  if (kind < kFirstReasonKind) return kind;
  if (kind < kResidualKind) return index_of(format::Category::kOther);
  return kind == kResidualKind ? kResidualColumn : index_of(format::Category::kCpu);
}

// By thread, then by time, as in Partition.
struct SegmentColumns {
  std::vector<std::int64_t> begin_ns, end_ns;
  std::vector<Index> first_cell;       // one more than segments
  std::vector<Index> first_of_thread;  // one more than threads
};

struct CellColumns {
  std::vector<Index> key;
  std::vector<std::uint8_t> kind;
  std::vector<std::int64_t> ns;
};

// Samples outside hooked calls: those that distribute CPU.
struct SampleColumns {
  std::vector<std::int64_t> wall_ns, weight_ns;
  std::vector<Index> key;
};

struct CallSumColumns {
  std::vector<std::int64_t> near_ns;  // the edge of the thread before the record
  std::vector<std::int64_t> cpu_ns;
  std::vector<std::uint8_t> category;
};

// Segments of some neighbouring threads, taken apart into cells, on their way into an index.
class SegmentCells {
 public:
  // Recording and forest must outlive it. `events`: about how many of the threads' there are.
  SegmentCells(const Recording& recording, const SpanForest& forest, std::size_t events);

  // In the order of Partition; `missed`: places in `segments`.
  void add(std::span<const Segment> segments, const std::vector<MissedCpu>& missed);
  // Those of the threads behind; `more` is left empty.
  void append(SegmentCells&& more);

  SegmentColumns segments;  // first_of_thread: how many, one further
  CellColumns cells;
  std::vector<Index> position;  // of each segment's span in the forest, or kNone
  std::int64_t begin_ns = INT64_MAX, end_ns = INT64_MIN;

 private:
  void add_segment(const Segment& segment, std::int64_t missed_ns);
  void add_cell(Index key, std::size_t kind, std::int64_t ns);
  Index wait_key(Index wait) const;

  const Recording* recording_;
  const SpanForest* forest_;
  StackKeys keys_;
};

class TimeIndex {
 public:
  TimeIndex(const Recording& recording, const Partition& partition);
  // `parts`: of all threads, in their order, made with this forest.
  TimeIndex(const Recording& recording, SpanForest forest, std::vector<SegmentCells> parts);

  const SpanForest& forest() const { return forest_; }
  const SegmentColumns& segments() const { return segments_; }
  const CellColumns& cells() const { return cells_; }
  const SampleColumns& samples() const { return samples_; }
  const CallSumColumns& call_sums() const { return call_sums_; }

  // Owners are positions in the forest.
  const RowLists& segments_of() const { return segments_of_; }
  const RowLists& samples_of() const { return samples_of_; }
  const RowLists& call_sums_of() const { return call_sums_of_; }

  // See stackless.h for what a key is.
  StackKeys keys() const { return StackKeys(stacks_); }

  // From the first edge of any thread to the last one; 0, 0 without any.
  std::int64_t begin_ns() const { return begin_ns_; }
  std::int64_t end_ns() const { return end_ns_; }

 private:
  void take_segments(const Recording& recording, std::vector<SegmentCells> parts);
  void add_samples(const Recording& recording);
  void add_call_sums(const Recording& recording);
  Index position_of(Index span) const { return span == kNone ? kNone : forest_.position(span); }

  SpanForest forest_;
  SegmentColumns segments_;
  CellColumns cells_;
  SampleColumns samples_;
  CallSumColumns call_sums_;
  RowLists segments_of_, samples_of_, call_sums_of_;
  Index stacks_ = 0;
  std::int64_t begin_ns_ = 0, end_ns_ = 0;
};

}  // namespace plumbline::analysis

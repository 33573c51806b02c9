// The time partition: each nanosecond of each thread gets one owner span and one category.
//
// Built once from a recording; every table and view sums its segments. Conservation is checked
// here and carried along, so that no table can be printed without it.
// Thread rule: immutable once built. Failure: none; what does not add up is in Conservation.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "analysis/recording/recording.h"

namespace plumbline::analysis {

// Places in the arrays below.
constexpr std::size_t index_of(format::Category category) {
  return static_cast<std::size_t>(category);
}
constexpr std::size_t index_of(format::OtherReason reason) {
  return static_cast<std::size_t>(reason);
}

// Time by category, in nanoseconds. `category[kOther]` is the sum of `other`.
struct TimeParts {
  std::array<std::int64_t, format::kCategoryCount> category{};
  std::array<std::int64_t, format::kOtherReasonCount> other{};
  std::int64_t residual_ns = 0;  // wall less everything measured: signed, in no category

  std::int64_t wall_ns() const;  // sum of the categories and the residual
  TimeParts& operator+=(const TimeParts& more);
  bool operator==(const TimeParts&) const = default;
};

// A stretch of one thread's life between two neighbouring edges: one owner, one kind.
struct Segment {
  Index thread = kNone;
  Index span = kNone;  // innermost active span; kNone: no span
  Index wait = kNone;  // the wait that fills it, or kNone
  std::int64_t begin_ns = 0, end_ns = 0;
  TimeParts parts;  // parts.wall_ns() == end_ns - begin_ns, always
};

// What must hold, measured. All zero (residual: small) in a sound recording.
struct Conservation {
  std::int64_t thread_life_ns = 0;    // sum over threads of last edge - first edge
  std::int64_t tiling_error_ns = 0;   // |life - sum of segments|, summed over threads
  std::int64_t double_booked_ns = 0;  // waits that overlap time which is already booked
  std::int64_t backwards_ns = 0;      // edges that lie before the edge written before them
  std::int64_t residual_ns = 0;       // signed sum
  std::int64_t residual_abs_ns = 0;   // sum of |residual| over segments
  std::uint64_t waits = 0;
  std::uint64_t owner_mismatches = 0;  // waits whose own span is not the innermost by the scopes
};

struct Partition {
  std::vector<Segment> segments;     // by thread, then by time; gapless within a thread
  std::vector<TimeParts> span_self;  // by span row: time as innermost, on any thread
  TimeParts no_span;
  Conservation conservation;
};

Partition partition_time(const Recording& recording);

}  // namespace plumbline::analysis

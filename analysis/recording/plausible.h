// Bounds of what a recording may claim, so that sums and differences cannot overflow.
//
// Used by the assembler on every record: a checksum proves that bytes are as written, not that
// they make sense.
// Thread rule: pure. Failure: false.
#pragma once

#include <cstdint>

#include "profiler/format/record.h"

namespace plumbline::analysis {

inline constexpr std::int64_t kMaxClockNs = std::int64_t{1} << 60;     // 36 years of uptime
inline constexpr std::int64_t kMaxDurationNs = std::int64_t{1} << 56;  // 2 years in one record

inline bool is_clock(std::int64_t ns) { return ns >= 0 && ns < kMaxClockNs; }
inline bool is_duration(std::int64_t ns) { return ns >= 0 && ns < kMaxDurationNs; }

inline bool is_edge(const format::Edge& edge) {
  return is_clock(edge.wall_ns) && is_clock(edge.cpu_ns) && is_clock(edge.run_delay_ns) &&
         is_clock(edge.stolen_ns);
}

// Categories that a thread can wait in.
inline bool is_wait_category(format::Category category) {
  return category >= format::Category::kLock && category <= format::Category::kSocket;
}

// Categories of calls that did not block: also kOther, when nobody looked what they were made on.
inline bool is_call_category(format::Category category) {
  return is_wait_category(category) || category == format::Category::kOther;
}

}  // namespace plumbline::analysis

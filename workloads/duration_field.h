// The key that nearly every segment has: duration_us.
//
// Used by the readers of segments.
// Thread rule: any thread. Failure rule: io::InputError, one line.
#pragma once

#include <cstdint>

#include "workloads/json_field.h"

namespace plumbline::workloads {

inline constexpr std::int64_t kMaxDurationUs = 60'000'000;
inline constexpr std::int64_t kNsPerUs = 1000;

// In nanoseconds.
inline std::int64_t read_duration_ns(const JsonField& segment) {
  return kNsPerUs * segment["duration_us"].integer(1, kMaxDurationUs);
}

}  // namespace plumbline::workloads

// Time that has no stack, and the frame in brackets that stands for it.
//
// Used by time_index.cc, which books it, and by frame_paths.cc, which names it. A stack key is the
// row of a stack or, above those, one of these frames: every nanosecond has a key.
// Thread rule: constants only. Failure: none.
#pragma once

#include <cstddef>
#include <string>

#include "analysis/attribution/partition.h"

namespace plumbline::analysis {

// Of each kind with a category there is one frame for each.
enum class Stackless : std::uint8_t {
  kUnsampled,         // CPU that no sample saw
  kRunQueue,          // outside calls; inside a call it has the call's stack
  kResidual,          // wall that nothing accounts for, signed
  kReason,            // of `other`, outside calls: one frame for each reason
  kCallsNotBlocking,  // CPU in hooked calls that returned at once, by category
  kWaitNoStack,       // a wait whose stack was not taken, by category
};

inline constexpr Index kStacklessFrames =
    3 + format::kOtherReasonCount + 2 * format::kCategoryCount;

// Below kStacklessFrames. `which`: the reason or the category, where there are several.
constexpr Index stackless_frame(Stackless kind, std::size_t which = 0) {
  const auto at = static_cast<Index>(which);
  switch (kind) {
    case Stackless::kUnsampled:
    case Stackless::kRunQueue:
    case Stackless::kResidual:
      return static_cast<Index>(kind);
    case Stackless::kReason:
      return 3 + at;
    case Stackless::kCallsNotBlocking:
      return 3 + static_cast<Index>(format::kOtherReasonCount) + at;
    case Stackless::kWaitNoStack:
      return 3 + static_cast<Index>(format::kOtherReasonCount + format::kCategoryCount) + at;
  }
  return 0;
}

// "[kernel or unsampled]"
std::string stackless_name(Index frame);

// Why there is no stack, as a sentence.
std::string stackless_reason(Index frame);

}  // namespace plumbline::analysis

// Keys of time: a stack or, for time that has none, a frame in brackets that stands for it.
//
// Used by time_index.cc, which books time to them, and by frame_paths.cc, which names them. Every
// nanosecond has a key.
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

// A sample's first frame is where the thread was, a wait's a return address: so a stack has a key
// for each.
class StackKeys {
 public:
  explicit StackKeys(std::size_t stacks) : stacks_(static_cast<Index>(stacks)) {}

  Index size() const { return 2 * stacks_ + kStacklessFrames; }
  Index of_sample(Index stack) const { return stack; }
  Index of_wait(Index stack) const { return stacks_ + stack; }
  Index stackless(Stackless kind, std::size_t which = 0) const {
    return 2 * stacks_ + stackless_frame(kind, which);
  }

  bool is_sample(Index key) const { return key < stacks_; }
  bool is_wait(Index key) const { return key >= stacks_ && key < 2 * stacks_; }
  Index stack(Index key) const { return key < stacks_ ? key : key - stacks_; }
  Index stackless_frame_of(Index key) const { return key - 2 * stacks_; }

 private:
  Index stacks_;
};

// "[kernel or unsampled]"
std::string stackless_name(Index frame);

// Why there is no stack, as a sentence.
std::string stackless_reason(Index frame);

}  // namespace plumbline::analysis

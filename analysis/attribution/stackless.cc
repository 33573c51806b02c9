#include "analysis/attribution/stackless.h"

#include <fmt/format.h>

namespace plumbline::analysis {

namespace {

constexpr Index kFirstReason = stackless_frame(Stackless::kReason);
constexpr Index kFirstCalls = stackless_frame(Stackless::kCallsNotBlocking);
constexpr Index kFirstWait = stackless_frame(Stackless::kWaitNoStack);

std::string_view reason_text(Index reason) {
  switch (static_cast<format::OtherReason>(reason)) {
    case format::OtherReason::kUninstrumentedWait:
      return "blocked outside every hooked call: the kernel counts it, no stack is taken";
    case format::OtherReason::kMajorFault:
      return "waited for a page from a device";
    case format::OtherReason::kNotOnAnyThread:
      return "the span was open, but active on no thread";
    case format::OtherReason::kStoppedOrStolen:
      return "on a CPU by the counter, but not by the kernel's clock: the host or a debugger";
    case format::OtherReason::kLost:
      return "the events that would tell were dropped: the ring was full";
  }
  return "";
}

}  // namespace

std::string stackless_name(Index frame) {
  if (frame >= kFirstWait) {
    return fmt::format("[{} wait without a stack]", format::kCategoryIds[frame - kFirstWait]);
  }
  if (frame >= kFirstCalls) {
    return fmt::format("[{} calls without blocking]", format::kCategoryIds[frame - kFirstCalls]);
  }
  if (frame >= kFirstReason) {
    return fmt::format("[{}]", format::kOtherReasonIds[frame - kFirstReason]);
  }
  switch (static_cast<Stackless>(frame)) {
    case Stackless::kRunQueue:
      return "[runnable, waiting for a CPU]";
    case Stackless::kResidual:
      return "[residual]";
    default:
      return "[kernel or unsampled]";
  }
}

std::string stackless_reason(Index frame) {
  if (frame >= kFirstWait) return "the wait was still open when the recording ended, or has none";
  if (frame >= kFirstCalls) return "calls that return at once are summed, without stacks";
  if (frame >= kFirstReason) return std::string(reason_text(frame - kFirstReason));
  switch (static_cast<Stackless>(frame)) {
    case Stackless::kRunQueue:
      return "the kernel's own count, outside hooked calls: preemption takes no stack";
    case Stackless::kResidual:
      return "wall less everything measured: signed, in no category";
    default:
      return "exact CPU outside hooked calls that no sample stands for";
  }
}

}  // namespace plumbline::analysis

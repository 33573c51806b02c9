#include "profiler/capture/frame_pointer_walk.h"

namespace plumbline::capture {

using format::StackEnd;
using unwind::Walk;

namespace {

struct Frame {
  std::uintptr_t caller_frame;
  std::uintptr_t return_address;
};

// Follows saved frame pointers from `frame` on; frames must move towards the root.
Walk follow(std::uintptr_t frame, std::uintptr_t lowest, const StackBounds& bounds,
            std::uint64_t* frames, std::uint32_t count, std::uint32_t limit) {
  while (true) {
    if (frame == 0) return {count, StackEnd::kComplete};
    const bool readable = frame >= lowest && frame % alignof(Frame) == 0 &&
                          bounds.contains(frame) && bounds.contains(frame + sizeof(Frame) - 1);
    if (!readable) return {count, StackEnd::kOutOfBounds};
    const Frame& here = *reinterpret_cast<const Frame*>(frame);
    if (here.return_address == 0) return {count, StackEnd::kComplete};
    if (count == limit) {
      frames[limit - 1] = 0;
      return {limit, StackEnd::kDepthLimit};
    }
    frames[count++] = here.return_address;
    lowest = frame + sizeof(Frame);  // a frame that names itself would loop for ever
    frame = here.caller_frame;
  }
}

}  // namespace

Walk walk_frame_pointers(const unwind::Registers& from, const StackBounds& bounds,
                         std::uint64_t* frames, std::uint32_t limit) {
  frames[0] = from.rip;
  if (!bounds.contains(from.rsp)) return {1, StackEnd::kForeignStack};
  return follow(from.rbp, from.rsp, bounds, frames, 1, limit);
}

}  // namespace plumbline::capture

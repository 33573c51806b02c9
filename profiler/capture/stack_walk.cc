#include "profiler/capture/stack_walk.h"

#include "profiler/capture/frame_pointer_walk.h"
#include "profiler/capture/libunwind_walk.h"

namespace plumbline::capture {

namespace {

unwind::Walk walk_from(const unwind::Registers& registers, const unwind::Stacks& stacks,
                       std::uint64_t* frames) {
  if (recording.unwinder == Unwinder::kFramePointers) {
    return walk_frame_pointers(registers, stacks.own, frames, format::kMaxFrames);
  }
  return unwind::walk(registers, stacks, frames, format::kMaxFrames);
}

}  // namespace

unwind::Walk walk_interrupted(const Thread& thread, const ucontext_t& context,
                              std::uint64_t* frames) {
  return walk_from(unwind::registers_of(context), {thread.stack, unwind::alternate_stack(context)},
                   frames);
}

unwind::Walk walk_from_hook(const Thread& thread, const void* frame, std::uint64_t* frames) {
  const unwind::Registers caller = unwind::caller_of(frame);
  if (recording.unwinder == Unwinder::kLibunwind) {
    return walk_by_libunwind(caller, thread.stack, frames, format::kMaxFrames);
  }
  return walk_from(caller, {thread.stack, {}}, frames);
}

}  // namespace plumbline::capture

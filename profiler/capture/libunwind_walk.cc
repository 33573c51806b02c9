#include "profiler/capture/libunwind_walk.h"

#include <errno.h>

#include "profiler/unwind/frame_list.h"

namespace plumbline::capture {

using format::StackEnd;

Libunwind libunwind;

namespace {

// Numbers of DWARF, which libunwind uses for x86-64.
constexpr int kStackPointer = 7;
constexpr int kInstruction = 16;

std::uint64_t register_of(Libunwind::Cursor& cursor, int number) {
  std::uint64_t value = 0;
  return libunwind.get_reg(&cursor, number, &value) == 0 ? value : 0;
}

// Goes on to the frame with this stack pointer. False: there is none.
bool find_frame(Libunwind::Cursor& cursor, std::uintptr_t stack_pointer) {
  constexpr int kMostOwnFrames = 16;
  for (int frame = 0; frame < kMostOwnFrames; ++frame) {
    if (register_of(cursor, kStackPointer) >= stack_pointer) break;
    if (libunwind.step(&cursor) <= 0) return false;
  }
  return register_of(cursor, kStackPointer) == stack_pointer;
}

unwind::Walk walk_on(Libunwind::Cursor& cursor, std::uint64_t* frames, std::uint32_t limit) {
  unwind::FrameList list(frames, limit);
  while (true) {
    const std::uint64_t address = register_of(cursor, kInstruction);
    if (address == 0) return list.finish(StackEnd::kComplete);
    // True of the frame that a signal interrupted, not of the return from the handler.
    list.add(address + (libunwind.is_signal_frame(&cursor) > 0 ? 1 : 0));
    if (list.seen() == unwind::kMaxSteps) return list.finish(StackEnd::kDepthLimit);
    const int stepped = libunwind.step(&cursor);
    if (stepped <= 0) return list.finish(stepped == 0 ? StackEnd::kComplete : StackEnd::kNoRule);
  }
}

}  // namespace

void forget_unwound_code() {
  if (libunwind.flush_cache != nullptr) libunwind.flush_cache(*libunwind.space, 0, 0);
}

unwind::Walk walk_by_libunwind(const unwind::Registers& from, const StackBounds& bounds,
                               std::uint64_t* frames, std::uint32_t limit) {
  frames[0] = from.rip;
  if (!bounds.contains(from.rsp)) return {1, StackEnd::kForeignStack};
  const int errno_before = errno;
  ucontext_t here;
  Libunwind::Cursor cursor;
  libunwind.getcontext(&here);
  unwind::Walk walk{1, StackEnd::kNoRule};
  if (libunwind.init_local(&cursor, &here) == 0 && find_frame(cursor, from.rsp)) {
    walk = walk_on(cursor, frames, limit);
  }
  errno = errno_before;
  return walk;
}

}  // namespace plumbline::capture

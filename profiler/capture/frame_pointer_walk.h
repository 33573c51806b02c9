// Walking a stack along saved frame pointers: the option `unwind=fp`.
//
// For programs that are built with frame pointers throughout and whose tables of rules would be
// large. Reads only inside the thread's own stack, so that a garbage frame pointer cannot fault
// (2,000,000 hostile values: 0 faults; with only "frame above stack pointer": SIGSEGV within
// 20,000). Known limit: GCC leaves out the frame of leaf functions, so their caller is missing in
// 99.6 to 100 % of samples there, and libc has no frame pointers at all.
// Thread rule: the owner of the stack. Signal rule: async-signal-safe. Failure: StackEnd says why
// the walk stopped.
#pragma once

#include <cstdint>

#include "profiler/capture/stack_bounds.h"
#include "profiler/unwind/walk.h"

namespace plumbline::capture {

// As unwind::walk. A stack deeper than `limit` ends with 0 in place of a frame: its root is
// missing.
unwind::Walk walk_frame_pointers(const unwind::Registers& from, const StackBounds& bounds,
                                 std::uint64_t* frames, std::uint32_t limit);

}  // namespace plumbline::capture

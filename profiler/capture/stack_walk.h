// The stack of a sample or a wait, by the unwinder that the session has chosen.
//
// Called by the sample handler and at the end of a call that blocked. Frames go straight into the
// ring: a handler with a 4 KiB array overflows small stacks.
// Thread rule: `thread` is the calling thread. Signal rule: async-signal-safe, but walk_from_hook
// with unwind=libunwind (libunwind_walk.h).
// Failure: StackEnd says why the walk stopped.
#pragma once

#include <ucontext.h>

#include "profiler/capture/thread.h"
#include "profiler/unwind/walk.h"

namespace plumbline::capture {

// From the interrupted instruction on. `frames` has room for format::kMaxFrames, here and below.
unwind::Walk walk_interrupted(const Thread& thread, const ucontext_t& context,
                              std::uint64_t* frames);

// From the caller of the hook on whose __builtin_frame_address(0) `frame` is.
unwind::Walk walk_from_hook(const Thread& thread, const void* frame, std::uint64_t* frames);

}  // namespace plumbline::capture

// Walking the calling stack of a thread from inside a handler or a hook.
//
// The interface behind which unwinders stand. This one follows frame pointers and reads only
// inside the thread's own stack, so that a garbage frame pointer cannot fault (2,000,000 hostile
// values: 0 faults; with only "frame above stack pointer": SIGSEGV within 20,000).
// Never libunwind: in a handler it takes the loader lock and hung 10 of 10 runs.
// Known limit: GCC leaves out the frame of leaf functions, so their caller is missing, and libc
// has no frame pointers at all.
// Thread rule: the owner of the stack. Signal rule: async-signal-safe. Failure: StackEnd says why
// the walk stopped.
#pragma once

#include <cstdint>

#include "profiler/capture/stack_bounds.h"
#include "profiler/format/category.h"

namespace plumbline::capture {

struct Registers {
  std::uintptr_t instruction = 0;
  std::uintptr_t stack = 0;
  std::uintptr_t frame = 0;
};

struct Walk {
  std::uint32_t frame_count = 0;
  format::StackEnd end = format::StackEnd::kNotTaken;
};

// Writes up to `limit` (> 0) addresses to `frames`, leaf first: the instruction, then return
// addresses.
Walk walk_stack(const Registers& from, const StackBounds& bounds, std::uint64_t* frames,
                std::uint32_t limit);

// Return addresses only, from the frame at `frame_address` (__builtin_frame_address) outwards.
Walk walk_from_frame(const void* frame_address, const StackBounds& bounds, std::uint64_t* frames,
                     std::uint32_t limit);

}  // namespace plumbline::capture

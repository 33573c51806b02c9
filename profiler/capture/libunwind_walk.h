// The stack of a wait as libunwind sees it: the option `unwind=libunwind`.
//
// For comparison, and for programs whose tables our own unwinder does not understand. Only at the
// end of a call that blocked, in ordinary context: in a handler libunwind takes the loader's lock
// (it hung 10 of 10 runs), so samples keep the rules of unwind/. A program that blocks inside its
// own signal handlers should keep them for waits, too. libunwind is never linked: the session
// opens it (session/libunwind.h).
// Thread rule: the owner of the stack. Signal rule: not from handlers of ours; errno is kept.
// Failure: StackEnd says why the walk stopped.
#pragma once

#include <ucontext.h>

#include <cstddef>
#include <cstdint>

#include "profiler/capture/stack_bounds.h"
#include "profiler/unwind/walk.h"

namespace plumbline::capture {

// libunwind's local interface on x86-64 (ABI 8), under the names that its header's macros give.
struct Libunwind {
  struct Cursor {
    std::uint64_t opaque[127];
  };
  int (*getcontext)(ucontext_t* context) = nullptr;                  // _Ux86_64_getcontext
  int (*init_local)(Cursor* cursor, ucontext_t* context) = nullptr;  // _ULx86_64_init_local
  int (*step)(Cursor* cursor) = nullptr;                             // _ULx86_64_step
  int (*get_reg)(Cursor* cursor, int number, std::uint64_t* value) = nullptr;
  int (*is_signal_frame)(Cursor* cursor) = nullptr;
  void (*flush_cache)(void* space, std::uint64_t low, std::uint64_t high) = nullptr;
  void** space = nullptr;  // _ULx86_64_local_addr_space
};

// Set before a session that uses it starts; once set it stays.
extern Libunwind libunwind;

// After a library was unloaded: what libunwind remembers of its code is no longer true.
void forget_unwound_code();

// As unwind::walk, from the caller of the hook (registers: unwind::caller_of) on.
unwind::Walk walk_by_libunwind(const unwind::Registers& from, const StackBounds& bounds,
                               std::uint64_t* frames, std::uint32_t limit);

}  // namespace plumbline::capture

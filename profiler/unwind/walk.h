// Walking the calling stack of a thread from inside a handler or a hook, by tables of rules.
//
// Reads nothing but the tables and the thread's own stacks, between its stack pointer and their
// upper ends: whatever the registers hold, a walk cannot fault, and ends after kMaxSteps frames.
// Calls nothing: walk.cc refers to no function outside itself (a test reads its symbols). Never
// libunwind: in a handler it takes the loader lock and hung 10 of 10 runs.
// Thread rule: the owner of the stack. Signal rule: async-signal-safe.
// Failure: StackEnd says why the walk stopped.
#pragma once

#include <signal.h>
#include <ucontext.h>

#include <cstdint>

#include "profiler/format/category.h"

namespace plumbline::unwind {

// Readable memory that holds frames: [low, high).
struct StackBounds {
  std::uintptr_t low = 0;
  std::uintptr_t high = 0;
  bool contains(std::uintptr_t address) const { return address >= low && address < high; }
};

// The stacks that a thread's frames may lie on.
struct Stacks {
  StackBounds own;
  StackBounds alternate;  // sigaltstack; empty: none, or not known
};

// Where a walk starts.
struct Registers {
  std::uintptr_t rip = 0;
  std::uintptr_t rsp = 0;
  std::uintptr_t rbp = 0;
  std::uintptr_t rbx = 0;
  const greg_t* all = nullptr;  // of an interrupted context; null: the others are not known
  bool is_exact = true;         // rip is the next instruction; false: a return address
};

struct Walk {
  std::uint32_t frame_count = 0;
  format::StackEnd end = format::StackEnd::kNotTaken;
};

// A stack deeper than the limit keeps its leaf and its last kRootFrames frames towards the root.
// In front of those stands, instead of a frame, how many are left out: 1 to format::kMaxLeftOut,
// which no address is. A walk that did not reach the root has 0 there, and nothing behind it.
inline constexpr std::uint32_t kRootFrames = 16;
// 25 us at most in a handler.
inline constexpr std::uint32_t kMaxSteps = 2048;

// Writes up to `limit` frames, leaf first: the instruction, then return addresses. A frame that a
// signal interrupted further up is written as its instruction + 1, so that every frame but the
// first is looked up at its address - 1.
Walk walk(const Registers& from, const Stacks& stacks, std::uint64_t* frames, std::uint32_t limit);

inline Registers registers_of(const ucontext_t& context) {
  const greg_t* all = context.uc_mcontext.gregs;
  return {static_cast<std::uintptr_t>(all[REG_RIP]), static_cast<std::uintptr_t>(all[REG_RSP]),
          static_cast<std::uintptr_t>(all[REG_RBP]), static_cast<std::uintptr_t>(all[REG_RBX]),
          all};
}

// The alternate stack that a handler's context tells of: empty unless there is one.
inline StackBounds alternate_stack(const ucontext_t& context) {
  const stack_t& stack = context.uc_stack;
  const auto low = reinterpret_cast<std::uintptr_t>(stack.ss_sp);
  const bool is_set = (stack.ss_flags & SS_DISABLE) == 0 && low + stack.ss_size > low;
  return is_set ? StackBounds{low, low + stack.ss_size} : StackBounds{};
}

// The caller of the function whose __builtin_frame_address(0) is `frame`. The function must not
// realign its stack.
inline Registers caller_of(const void* frame) {
  const auto* saved = static_cast<const std::uintptr_t*>(frame);
  return {.rip = saved[1],
          .rsp = reinterpret_cast<std::uintptr_t>(saved + 2),
          .rbp = saved[0],
          .is_exact = false};
}

// From the caller of the function that this is written in: in a hook, the first frame is the
// program's.
[[gnu::always_inline]] inline Walk walk_from_here(const Stacks& stacks, std::uint64_t* frames,
                                                  std::uint32_t limit) {
  return walk(caller_of(__builtin_frame_address(0)), stacks, frames, limit);
}

}  // namespace plumbline::unwind

// Recording a call that may block: the two edges around it, and an event if it really blocked.
//
// "Blocked" is what the kernel says: the thread's voluntary switches rose between the edges. The
// others are summed (unblocked.h): most locks are free and most reads are cached.
//
// A hook inside a hook (a program's signal handler that reads while its thread waits) is passed
// through: its time is part of the outer wait. A hook that was left by longjmp or cancellation
// never ends; the next hook sees that its frame is gone and takes over.
// Thread rule: owner thread. Signal rule: async-signal-safe; errno untouched.
// Failure: a full ring loses the event, counted.
#pragma once

#include <poll.h>

#include <span>

#include "profiler/capture/thread.h"

namespace plumbline::capture {

struct WaitKind {
  format::Operation operation;
  // kOther: by the kind of what was waited on, looked at only if the call blocked.
  format::Category category = format::Category::kOther;
  int descriptor = -1;
  std::uint64_t object = 0;  // the lock; ignored when there is a descriptor
  // Descriptors watched together; socket when any of them is one.
  std::span<const pollfd> watched{};
};

// What an open call needs until it returns.
struct WaitInProgress {
  Thread* thread = nullptr;   // null: this call is not recorded
  std::uint32_t number = 0;   // of Thread::open_wait
  std::uint64_t span_id = 0;  // innermost when the call began
  Edge begin;
};

// `frame`: the hook's own, __builtin_frame_address(0).
WaitInProgress begin_wait(const WaitKind& kind, const void* frame);
void end_wait(const WaitInProgress& wait, const WaitKind& kind, const void* frame);

// Books `call` under `kind`. To be inlined into the hook, whose caller is then the first frame.
template <class Call>
[[gnu::always_inline]] inline auto recorded(const WaitKind& kind, const Call& call) {
  const WaitInProgress wait = begin_wait(kind, __builtin_frame_address(0));
  auto result = call();
  if (wait.thread != nullptr) end_wait(wait, kind, __builtin_frame_address(0));
  return result;
}

}  // namespace plumbline::capture

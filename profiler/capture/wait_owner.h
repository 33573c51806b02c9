// Who holds the lock that a thread is about to wait for: "who blocked me".
//
// glibc keeps the owner's tid in the lock. A small table finds the owner's Thread by it, and the
// kernel reads that Thread's active span for us (process_vm_readv of our own process, 0.4 us): the
// owner may end meanwhile and its memory may be unmapped, where a plain load would fault. Only
// called when the lock is taken, so that waiting costs more than asking.
// Racy by nature: the span is the one that was active at some moment of the call.
// Thread rule: remember by the owner, owner_of by any. Signal rule: async-signal-safe.
// Failure: a thread that is not found, or a kernel that refuses, gives span 0.
#pragma once

#include "profiler/capture/thread.h"

namespace plumbline::capture {

struct WaitOwner {
  std::int32_t tid = 0;  // 0: nobody known
  std::uint64_t span_id = 0;
};

// Makes the calling thread's `thread` findable.
void remember_thread(Thread& thread);

// `tid` as it stands in the lock.
WaitOwner owner_of(std::int32_t tid);

}  // namespace plumbline::capture

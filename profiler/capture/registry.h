// All threads that record: their memory, their birth and their end.
//
// A thread created through pthread_create is prepared by its creator and introduces itself first
// thing; any other introduces itself at its first hook, span or sample. It leaves in the last
// round of thread-specific data destructors, so that destructors of the program are still
// recorded. A thread that vanishes without that (the exit system call) is found by the drain
// thread.
//
// Rings stay mapped until the drain thread has emptied them after the thread's end: a late writer
// writes to live memory.
// Thread rule: each function says who calls it. Signal rule: introducing is async-signal-safe.
// Failure: without memory or a free slot a thread stays unrecorded, counted.
#pragma once

#include <pthread.h>

#include "profiler/capture/thread.h"

namespace plumbline::capture {

inline constexpr std::uint32_t kMaxThreads = 65536;

// Any thread, for one that it is about to create. Null: create it without.
Thread* prepare_thread(const pthread_attr_t* attributes);
// The creation failed.
void discard_prepared(Thread* thread);
// The new thread, first thing.
void adopt_prepared(Thread* thread);

// The drain thread and others of our own: never recorded.
void exclude_current_thread();

// In a forked child: forgets the parent's threads and closes what they had open. The calling
// thread is no longer known, and introduces itself anew.
void forget_threads_of_parent();

// Session start, control thread. Makes the key whose destructor ends threads.
void prepare_registry();

// Writes the thread's last edge. The calling thread is `thread`'s owner.
void write_thread_end(Thread& thread);

// Drain thread only: calls visit(Thread&) for every thread that has anything to say.
template <class Visit>
void for_each_thread(Visit&& visit);

// Drain thread only: the thread has ended and its ring is empty. Unmaps it.
void release_thread(Thread& thread);

// Drain thread only: has the program close what a vanished thread left open; it becomes kEnded
// then.
void leave_behind(Thread& thread);

// Drain thread only: true when the kernel no longer knows the thread.
bool thread_is_gone(const Thread& thread);

namespace registry_detail {
extern std::atomic<Thread*> slots[kMaxThreads];
extern std::atomic<std::uint32_t> slots_used;  // no slot at or above this was ever taken
}  // namespace registry_detail

template <class Visit>
void for_each_thread(Visit&& visit) {
  const std::uint32_t used = registry_detail::slots_used.load(std::memory_order_acquire);
  for (std::uint32_t slot = 0; slot < used; ++slot) {
    Thread* thread = registry_detail::slots[slot].load(std::memory_order_acquire);
    if (thread != nullptr) visit(*thread);
  }
}

}  // namespace plumbline::capture

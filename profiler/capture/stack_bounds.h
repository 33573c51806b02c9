// Where a thread's stack lies, found without malloc (pthread_getattr_np allocates).
//
// Called once, at registration. glibc keeps a thread's control block, which pthread_self() points
// to, at the upper end of the thread's stack block: frames lie below it, down to the guard.
// Thread rule: the thread itself. Signal rule: async-signal-safe.
// Failure: empty bounds, which make every stack walk end at once.
#pragma once

#include <pthread.h>

#include <cstddef>
#include <cstdint>

#include "profiler/unwind/walk.h"

namespace plumbline::capture {

using unwind::StackBounds;

// Size of a stack less its guard, as `attributes` ask for. 0: unknown.
std::size_t usable_stack_bytes(const pthread_attr_t* attributes);

// `usable_bytes` from usable_stack_bytes; 0: look the stack up in /proc/self/maps.
StackBounds bounds_of_created_thread(std::size_t usable_bytes);

// For the thread that the process began with. Its stack grows on demand up to the limit.
StackBounds bounds_of_main_thread();

}  // namespace plumbline::capture

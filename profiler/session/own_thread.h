// Threads of our own: never recorded, never the target of the program's signals.
//
// Thread rule: control thread, or a thread of our own. Signal rule: not from handlers.
// Failure: false.
#pragma once

#include <pthread.h>

namespace plumbline::session {

// Starts `body(argument)` with all signals blocked. `body` begins with become_own_thread().
bool start_own_thread(pthread_t& thread, void* (*body)(void*), void* argument);

// Names the calling thread "plumbline" and keeps it out of the recording.
void become_own_thread();

}  // namespace plumbline::session

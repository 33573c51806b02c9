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

// Gives the calling thread, and those that it starts from now on, a table of descriptors of its
// own with nothing but `kept` in it. The program then neither sees what we open (a descriptor of
// ours, open for a moment, gave it 4 where it counted on 3) nor can it close it, and we hold
// nothing open that it closes. False on kernels before 5.9: the table stays shared.
bool take_descriptors_of_its_own(int kept);

}  // namespace plumbline::session

// Whether a call returned EINTR for no reason but our sampling signal.
//
// The program must not see an EINTR that it would not see without us: a hook whose call came back
// so calls again, for the time that remains.
// Known limit: when a handler of the program runs in the same interruption, its EINTR is taken for
// ours. It needs the timer sampler (perf's cannot interrupt a call) and both signals at once.
// Thread rule: the thread that made the call. Signal rule: async-signal-safe. Failure: false.
#pragma once

#include "profiler/capture/thread.h"

namespace plumbline::hooks {

// True once per interruption.
inline bool only_we_interrupted() {
  capture::Thread* thread = capture::current_thread;
  if (thread == nullptr || !thread->interrupted_call) return false;
  thread->interrupted_call = false;
  return true;
}

}  // namespace plumbline::hooks

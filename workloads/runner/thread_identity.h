// What each thread of a workload does first: take its name, and wake on time.
//
// Called by worker and partner threads at their beginning.
// Thread rule: the calling thread. Failure rule: none; a refused name is left out.
#pragma once

#include <pthread.h>
#include <sys/prctl.h>

#include <string>

namespace plumbline::workloads {

// `name` has at most 15 bytes.
inline void set_thread_identity(const std::string& name) {
  pthread_setname_np(pthread_self(), name.c_str());
  // In nanoseconds. The default lets every sleep end 50 us late, which would widen the truth.
  prctl(PR_SET_TIMERSLACK, 1);
}

}  // namespace plumbline::workloads

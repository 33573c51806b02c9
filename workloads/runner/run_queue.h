// Time that a thread was runnable and waited for a CPU, as the kernel counts it.
//
// Used by the worker threads around spans and, with --ledger-full, around each wait.
// Thread rule: made and read by the thread that it is about. A reading costs about 0.6 us.
// Failure rule: a kernel without schedstat gives -1.
#pragma once

#include <cstdint>

#include "analysis/io/file_descriptor.h"

namespace plumbline::workloads {

class RunQueueClock {
 public:
  // Opens the calling thread's counter and keeps it open: opening it anew costs eight times more.
  RunQueueClock();

  // Nanoseconds since the thread began, or -1.
  std::int64_t read_ns() const;

 private:
  io::FileDescriptor schedstat_;
};

// -1 unless both readings succeeded.
inline std::int64_t run_queue_between(std::int64_t begin_ns, std::int64_t end_ns) {
  return begin_ns < 0 || end_ns < 0 ? -1 : end_ns - begin_ns;
}

}  // namespace plumbline::workloads

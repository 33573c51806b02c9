// The kernel's scheduler statistics of a thread: /proc/self/task/TID/schedstat.
//
// "RUN_NS RUN_DELAY_NS RUNS": time on a CPU, time runnable but waiting for one, times switched in.
// Unprivileged and exact (0.005 % on a preempted spinner); one pread of an open file, 0.3-0.6 us.
// Thread rule: any thread may read any thread's file. Signal rule: async-signal-safe.
// Failure: open gives -1, read gives false; then the run queue is unknown and stays 0.
#pragma once

#include <cstdint>

namespace plumbline::capture {

struct Schedstat {
  std::int64_t run_delay_ns = 0;
  std::uint64_t runs = 0;
};

// Opens the file of thread `tid` of this process. Negative when there is none.
int open_schedstat(int tid);

// Of thread `tid`, through its open file `fd`; negative: the file is opened for this once, which
// takes some 5 us more.
bool read_schedstat(int tid, int fd, Schedstat& result);

}  // namespace plumbline::capture

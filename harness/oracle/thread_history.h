// A thread's life by the kernel's events: running, blocked, being woken or queued, without a gap.
//
// The kernel does not always say all (README.md), and does not say so: whatever could not have
// happened as it was told is a hole, and holes are counted by kind.
// Thread rule: pure functions. Failure: none.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "harness/oracle/kernel_event.h"

namespace plumbline::harness::oracle {

enum class ThreadState : std::uint8_t {
  kRunning,
  kBlocked,
  kWaking,  // someone began to wake it: the kernel's clocks count it as blocked for a part of this
  kQueued,
};

struct Stretch {
  std::int64_t begin_ns = 0, end_ns = 0;
  ThreadState state = ThreadState::kRunning;
  // Of a blocked stretch: the system call in progress and its first argument; -1: none.
  std::int32_t call = -1;
  std::int64_t argument = 0;
};

struct StateTimes {
  std::int64_t running_ns = 0, blocked_ns = 0, waking_ns = 0, queued_ns = 0;
};

struct ThreadHistory {
  std::int32_t process = 0;
  std::vector<Stretch> stretches;  // each begins where the one before ends
  Counts holes;

  // The first stretch that ends after `when_ns`.
  // Stretches of this state that begin in [begin_ns, end_ns).
  std::int64_t beginning(ThreadState state, std::int64_t begin_ns, std::int64_t end_ns) const;
  std::vector<Stretch>::const_iterator at(std::int64_t when_ns) const;
  StateTimes times(std::int64_t begin_ns, std::int64_t end_ns) const;
  std::int64_t blocks(std::int64_t begin_ns, std::int64_t end_ns) const;
  std::int64_t switches_in(std::int64_t begin_ns, std::int64_t end_ns) const;
};

// Of the threads that perf told about, by tid.
std::map<std::int32_t, ThreadHistory> thread_histories(const KernelTrace& trace);

}  // namespace plumbline::harness::oracle

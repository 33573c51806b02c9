// The clocks of a snapshot, and the scale from time-stamp counter ticks to nanoseconds.
//
// Costs on the development machine: ticks 20 ns, monotonic 33-47 ns (vDSO), thread CPU clock
// 270-390 ns (always a system call). Hence ticks wherever a synchronisation point is known.
// Thread rule: any thread. Signal rule: async-signal-safe. Failure: none.
#pragma once

#include <time.h>
#include <x86intrin.h>

#include <atomic>
#include <cstdint>

#include "profiler/base/sys.h"

namespace plumbline::base {

inline std::uint64_t ticks() { return __rdtsc(); }

inline std::int64_t monotonic_ns() {
  timespec time;
  ::clock_gettime(CLOCK_MONOTONIC, &time);  // vDSO: no system call, errno untouched
  return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

inline std::int64_t thread_cpu_ns() { return sys::clock_ns(CLOCK_THREAD_CPUTIME_ID); }

// The kernel's CPU clock of another thread of this process; 0 when it is gone.
inline std::int64_t thread_cpu_ns(int tid) {
  constexpr int kThreadSchedulerClock = 6;  // CPUCLOCK_PERTHREAD_MASK | CPUCLOCK_SCHED
  return sys::clock_ns((~static_cast<clockid_t>(tid) * 8) | kThreadSchedulerClock);
}

// One moment on both clocks, for the scale between them.
struct TickAnchor {
  std::uint64_t ticks = 0;
  std::int64_t monotonic_ns = 0;
};

// The tightest of several readings: the counter is read on both sides of the clock.
TickAnchor read_tick_anchor();

// True when the counter runs at one rate through idle and frequency changes and the kernel itself
// keeps time by it (clock source "tsc").
bool ticks_are_reliable();

// Nanoseconds per tick in 32.32 fixed point. Zero until known. Set once per session.
class TickScale {
 public:
  void set(const TickAnchor& first, const TickAnchor& second);
  bool known() const { return ns_per_tick_q32_.load(std::memory_order_relaxed) != 0; }

  // For spans of at most a few seconds (the product has 64 bits).
  std::int64_t to_ns(std::uint64_t tick_count) const {
    return static_cast<std::int64_t>(
        (tick_count * ns_per_tick_q32_.load(std::memory_order_relaxed)) >> 32);
  }
  std::uint64_t to_ticks(std::int64_t nanoseconds) const;

 private:
  // Relaxed: threads that still see 0 take the slow path, which is right too.
  std::atomic<std::uint64_t> ns_per_tick_q32_{0};
};

}  // namespace plumbline::base

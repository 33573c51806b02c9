// The clocks that the truth is told by, in nanoseconds.
//
// Called by the worker and partner threads and by plumbline-truthd.
// Thread rule: any thread. Failure rule: none; these clocks always exist on Linux.
#pragma once

#include <time.h>

#include <cerrno>
#include <cstdint>

namespace plumbline::workloads {

inline constexpr std::int64_t kNsPerSecond = 1'000'000'000;

inline std::int64_t read_clock_ns(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return std::int64_t{now.tv_sec} * kNsPerSecond + now.tv_nsec;
}

// About 40 ns: no system call.
inline std::int64_t monotonic_ns() { return read_clock_ns(CLOCK_MONOTONIC); }

// CPU that the calling thread has used, user and kernel. A system call, about 350 ns.
inline std::int64_t thread_cpu_ns() { return read_clock_ns(CLOCK_THREAD_CPUTIME_ID); }

inline timespec to_timespec(std::int64_t ns) {
  return {static_cast<time_t>(ns / kNsPerSecond), static_cast<long>(ns % kNsPerSecond)};
}

// A point of CLOCK_MONOTONIC in the past returns at once.
inline void sleep_until(std::int64_t monotonic_ns) {
  const timespec until = to_timespec(monotonic_ns);
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
  }
}

// Through nanosleep, as an ordinary program sleeps. A profiler's signal does not shorten it.
inline void sleep_for(std::int64_t duration_ns) {
  timespec remaining = to_timespec(duration_ns);
  while (nanosleep(&remaining, &remaining) != 0 && errno == EINTR) {
  }
}

}  // namespace plumbline::workloads

// How long something ran, from inside and from outside: bounds that hold however busy the machine
// is, where one measured length would have to be compared with a tolerance.
//
// Used by tests of fibers and coroutines: a stretch opens before a switch and closes behind the
// next one. Thread rule: one thread at a time. Failure: none.
#pragma once

#include <time.h>

#include <cstdint>

namespace plumbline {

struct Clocks {
  std::int64_t wall_ns = 0, cpu_ns = 0;

  static Clocks now() {
    const auto read = [](clockid_t clock) {
      timespec time;
      clock_gettime(clock, &time);
      return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
    };
    return {read(CLOCK_MONOTONIC), read(CLOCK_THREAD_CPUTIME_ID)};
  }
};

// Sums over stretches. What was in between begin_inside and end_inside is certainly in; what was
// outside begin_outside and end_outside is certainly not.
class TimedStretches {
 public:
  void begin_outside() { outer_ = Clocks::now(); }
  void begin_inside() { inner_ = Clocks::now(); }
  void end_inside() { add(least_, inner_); }
  void end_outside() { add(most_, outer_); }

  const Clocks& least() const { return least_; }
  const Clocks& most() const { return most_; }

 private:
  static void add(Clocks& sum, const Clocks& begin) {
    const Clocks end = Clocks::now();
    sum.wall_ns += end.wall_ns - begin.wall_ns;
    sum.cpu_ns += end.cpu_ns - begin.cpu_ns;
  }

  Clocks outer_, inner_, least_, most_;
};

// Computes for that much of the thread's CPU time.
inline void burn_cpu(std::int64_t nanoseconds) {
  const std::int64_t until_ns = Clocks::now().cpu_ns + nanoseconds;
  while (Clocks::now().cpu_ns < until_ns) {
  }
}

}  // namespace plumbline

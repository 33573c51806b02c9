// Random numbers for span ids and sampling jitter: splitmix64, one state per thread.
//
// A counter whose values are mixed (Steele, Lea, Flood, "Fast splittable pseudorandom number
// generators", 2014): period 2^64, no number twice. The counter moves in one instruction: handlers
// of the program draw span ids too, and drew those of the code that they interrupted.
// Not for secrets. Thread rule: one owner. Signal rule: async-signal-safe. Failure: none.
#pragma once

#include <cstdint>

#include "profiler/base/clock.h"
#include "profiler/base/sys.h"

namespace plumbline::base {

class Random {
 public:
  void seed(std::uint64_t value) { state_ = value; }

  // Seeds from the kernel, or from the counter where it refuses.
  void seed_from_system() {
    std::uint64_t value = 0;
    constexpr unsigned kNonBlocking = 1;  // GRND_NONBLOCK
    if (sys::call(SYS_getrandom, sys::address(&value), sizeof value, kNonBlocking) !=
        sizeof value) {
      value = ticks() ^ reinterpret_cast<std::uintptr_t>(this);
    }
    seed(value);
  }

  std::uint64_t next() {
    std::uint64_t value = kStep;
    asm volatile("xadd %0, %1" : "+r"(value), "+m"(state_) : : "cc");
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
    return value ^ (value >> 31);
  }

  // A number that may serve as an id: never 0.
  std::uint64_t next_id() {
    const std::uint64_t value = next();
    return value != 0 ? value : 1;
  }

  // Uniform in [0.5, 1.5) times `value`.
  std::uint64_t jittered(std::uint64_t value) {
    const std::uint64_t fraction_q32 = next() >> 32;
    return value / 2 + ((value * fraction_q32) >> 32);
  }

 private:
  static constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15u;

  std::uint64_t state_ = kStep;
};

}  // namespace plumbline::base

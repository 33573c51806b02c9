// Random numbers for span ids and sampling jitter: xorshift64*, one state per thread.
//
// Not for secrets. Period 2^64 - 1 (Vigna, "An experimental exploration of Marsaglia's xorshift
// generators", 2016).
// Thread rule: one owner. Signal rule: async-signal-safe; a handler that interrupts next() may
// repeat a number, so handlers have a generator of their own. Failure: none.
#pragma once

#include <cstdint>

#include "profiler/base/clock.h"
#include "profiler/base/sys.h"

namespace plumbline::base {

class Random {
 public:
  void seed(std::uint64_t value) { state_ = value != 0 ? value : 0x9E3779B97F4A7C15u; }

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
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545F4914F6CDD1Du;
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
  std::uint64_t state_ = 0x9E3779B97F4A7C15u;
};

}  // namespace plumbline::base

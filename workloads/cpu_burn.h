// How CPU is burnt: by iterations, or until the thread's own clock has moved on far enough.
//
// Inlined into the functions of cpu_functions.cc and cpu_shapes.cc, so that the sampled leaf is the
// function that a scenario names.
// Thread rule: any thread, each with its own CpuOrder. Failure rule: none.
#pragma once

#include <algorithm>
#include <cstdint>

#include "workloads/clock.h"
#include "workloads/cpu_functions.h"

namespace plumbline::workloads {

inline constexpr std::int64_t kCloseEnoughNs = 300;  // about one reading of the clock

// Sixteen multiplies an iteration. Distinct seeds keep the compiler and the linker from folding
// equal functions into one, which would give all of them one name.
template <std::uint64_t kSeed>
[[gnu::always_inline]] inline void multiply_chain(std::int64_t iterations) {
  std::uint64_t value = kSeed;
#if defined(__x86_64__)
  asm volatile(
      ".Lchain%=:\n\t"
      ".rept 16\n\timul %0, %0\n\t.endr\n\t"
      "dec %1\n\t"
      "jnz .Lchain%="
      : "+r"(value), "+r"(iterations)
      :
      : "cc");
#else
#error "The multiply chain is written for x86-64; add this machine's instructions here."
#endif
}

// The share of the remaining time to run before the next look at the clock. Less when much is
// left: the speed may have changed, and what was overshot cannot be taken back.
[[gnu::always_inline]] inline std::int64_t next_iterations(std::int64_t remaining_ns,
                                                           double speed) {
  const double share = remaining_ns > 20'000 ? 0.8 : 0.97;
  const auto iterations =
      static_cast<std::int64_t>(static_cast<double>(remaining_ns) * share / speed);
  return std::max<std::int64_t>(iterations, 1);
}

// Burns with `chunk(n)`, which runs n iterations. Returns how many ran.
template <typename Chunk>
[[gnu::always_inline]] inline std::int64_t burn_with(const CpuOrder& order, Chunk chunk) {
  if (order.iterations > 0) {
    chunk(order.iterations);
    return order.iterations;
  }
  const std::int64_t end_ns = order.begin_cpu_ns + order.duration_ns;
  std::int64_t total = 0;
  std::int64_t now_ns = order.begin_cpu_ns;
  while (end_ns - now_ns > kCloseEnoughNs) {
    const std::int64_t remaining_ns = end_ns - now_ns;
    const std::int64_t iterations = next_iterations(remaining_ns, *order.ns_per_iteration);
    chunk(iterations);
    total += iterations;
    const std::int64_t before_ns = now_ns;
    now_ns = thread_cpu_ns();
    // Short stretches are mostly the clock's own cost: they say nothing about the speed.
    if (remaining_ns > 200'000) {
      const double seen = static_cast<double>(now_ns - before_ns) / static_cast<double>(iterations);
      *order.ns_per_iteration = 0.9 * *order.ns_per_iteration + 0.1 * seen;
    }
  }
  return total;
}

template <std::uint64_t kSeed>
[[gnu::always_inline]] inline std::int64_t burn(const CpuOrder& order) {
  return burn_with(
      order, [](std::int64_t n) __attribute__((always_inline)) { multiply_chain<kSeed>(n); });
}

}  // namespace plumbline::workloads

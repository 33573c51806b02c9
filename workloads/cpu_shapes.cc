// External C linkage, as in cpu_functions.cc: every profiler prints the same name.
#include "workloads/cpu_shapes.h"

#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "workloads/cpu_burn.h"

namespace plumbline::workloads {
namespace {

// Kept from the optimiser: what is computed here is of no use to anyone.
template <typename Value>
[[gnu::always_inline]] inline void keep(const Value& value) {
  asm volatile("" : : "g"(&value) : "memory");
}

// Calls behind which something is left to do are no tail calls.
[[gnu::always_inline]] inline std::int64_t not_in_tail(std::int64_t value) {
  asm volatile("" : "+r"(value));
  return value;
}

[[gnu::always_inline]] inline std::int64_t inlined_bottom(const CpuOrder& order) {
  return burn<31>(order);
}

[[gnu::always_inline]] inline std::int64_t inlined_middle(const CpuOrder& order) {
  return inlined_bottom(order);
}

// The part of an order that one level of a recursion burns.
CpuOrder share_of_level(const CpuOrder& order) {
  CpuOrder share = order;
  if (order.iterations > 0) {
    share.iterations = std::max<std::int64_t>(1, order.iterations / order.depth);
  }
  if (order.duration_ns > 0) {
    const std::int64_t now_ns = thread_cpu_ns();
    const std::int64_t end_ns =
        order.begin_cpu_ns + order.duration_ns * (order.level + 1) / order.depth;
    share.begin_cpu_ns = now_ns;
    share.duration_ns = end_ns - now_ns;  // of all levels so far; nothing where they took longer
  }
  return share;
}

}  // namespace

extern "C" {
[[gnu::noinline]] std::int64_t deep_bottom(const CpuOrder& order) { return burn<33>(order); }
std::int64_t deep_a(const CpuOrder& order, std::int64_t below);
[[gnu::noinline]] std::int64_t deep_c(const CpuOrder& order, std::int64_t below) {
  return not_in_tail(below > 0 ? deep_a(order, below - 1) : deep_bottom(order));
}
[[gnu::noinline]] std::int64_t deep_b(const CpuOrder& order, std::int64_t below) {
  return not_in_tail(below > 0 ? deep_c(order, below - 1) : deep_bottom(order));
}
[[gnu::noinline]] std::int64_t deep_a(const CpuOrder& order, std::int64_t below) {
  return not_in_tail(below > 0 ? deep_b(order, below - 1) : deep_bottom(order));
}
[[gnu::noinline]] std::int64_t spend_deep(const CpuOrder& order) {
  return not_in_tail(deep_a(order, order.depth - 1));
}

[[gnu::noinline]] std::int64_t spend_inlined(const CpuOrder& order) {
  return inlined_middle(order);
}

// `order.level` from 0: so many have burnt before this one.
[[gnu::noinline]] std::int64_t spend_recursive(const CpuOrder& order) {
  std::int64_t total = burn<35>(share_of_level(order));
  if (order.level + 1 < order.depth) {
    CpuOrder below = order;
    ++below.level;
    total += spend_recursive(below);
  }
  return not_in_tail(total);
}

[[gnu::noinline]] std::int64_t spend_in_vdso(const CpuOrder& order) {
  return burn_with(
      order, [](std::int64_t n) __attribute__((always_inline)) {
        timespec now{};
        for (; n > 0; --n) clock_gettime(CLOCK_MONOTONIC, &now);
        keep(now);
      });
}

[[gnu::noinline]] int compare_numbers(const void* left, const void* right) {
  const int a = *static_cast<const int*>(left);
  const int b = *static_cast<const int*>(right);
  return (a > b) - (a < b);
}
[[gnu::noinline]] std::int64_t spend_in_libc(const CpuOrder& order) {
  return burn_with(
      order, [](std::int64_t n) __attribute__((always_inline)) {
        std::array<char, 4096> from{}, to;
        std::array<int, 32> numbers;
        for (; n > 0; --n) {
          keep(from);
          std::memcpy(to.data(), from.data(), to.size());
          for (std::size_t i = 0; i < numbers.size(); ++i) {
            numbers[i] =
                static_cast<int>((i * 2'654'435'761U + static_cast<std::uint64_t>(n)) & 0xFFFF);
          }
          std::qsort(numbers.data(), numbers.size(), sizeof numbers[0], compare_numbers);
          (void)std::snprintf(to.data(), to.size(), "%d %.6f", numbers[0], static_cast<double>(n));
          keep(to);
        }
      });
}

[[gnu::noinline]] std::uint64_t tiny_add(std::uint64_t value) {
  keep(value);
  return value + 3;
}
[[gnu::noinline]] std::uint64_t tiny_mix(std::uint64_t value) {
  keep(value);
  return value ^ (value >> 7);
}
[[gnu::noinline]] std::uint64_t tiny_turn(std::uint64_t value) {
  keep(value);
  return (value << 9) | (value >> 55);
}
[[gnu::noinline]] std::int64_t spend_in_tiny_calls(const CpuOrder& order) {
  return burn_with(
      order, [](std::int64_t n) __attribute__((always_inline)) {
        std::uint64_t value = 1;
        for (; n > 0; --n) value = tiny_turn(tiny_mix(tiny_add(value)));
        keep(value);
      });
}
}

namespace {

constexpr std::array<CpuFunction, 6> kShapes = {{
    {"spend_deep", spend_deep},
    {"spend_inlined", spend_inlined},
    {"spend_recursive", spend_recursive},
    {"spend_in_vdso", spend_in_vdso},
    {"spend_in_libc", spend_in_libc},
    {"spend_in_tiny_calls", spend_in_tiny_calls},
}};

}  // namespace

const CpuFunction& cpu_function_of(CpuShape shape) {
  return kShapes.at(static_cast<std::size_t>(shape) - 1);
}

CpuSpeeds measure_speeds() {
  constexpr std::int64_t kIterations = 100;
  CpuSpeeds speeds;
  speeds.fill(measure_ns_per_iteration());
  for (const CpuShape shape : {CpuShape::kVdso, CpuShape::kLibc, CpuShape::kTinyCalls}) {
    const CpuFunction& function = cpu_function_of(shape);
    const CpuOrder order{kIterations, 0, 0, nullptr};
    function.run(order);  // warm: the first calls resolve symbols
    const std::int64_t before_ns = thread_cpu_ns();
    function.run(order);
    const double spent_ns = static_cast<double>(thread_cpu_ns() - before_ns);
    speeds[static_cast<std::size_t>(shape)] = std::max(1.0, spent_ns / kIterations);
  }
  return speeds;
}

}  // namespace plumbline::workloads

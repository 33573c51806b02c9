// The burn is a chain of dependent multiplies: it runs at the latency of one instruction, so that
// a busy sibling hyperthread, caches and the compiler hardly touch it.
//
// Burning *time* is done with few clock reads ("geometric burn"): run four fifths of what remains,
// look at the thread's clock, repeat. That clock is a system call of about 350 ns; polling it
// would put half of the CPU into the kernel instead of into the named function.
#include "workloads/cpu_functions.h"

#include <algorithm>
#include <array>

#include "workloads/clock.h"

namespace plumbline::workloads {
namespace {

constexpr double kFirstGuessNs = 20.0;
constexpr std::int64_t kCloseEnoughNs = 300;  // about one reading of the clock

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

template <std::uint64_t kSeed>
[[gnu::always_inline]] inline std::int64_t burn(const CpuOrder& order) {
  if (order.iterations > 0) {
    multiply_chain<kSeed>(order.iterations);
    return order.iterations;
  }
  const std::int64_t end_ns = order.begin_cpu_ns + order.duration_ns;
  std::int64_t total = 0;
  std::int64_t now_ns = order.begin_cpu_ns;
  while (end_ns - now_ns > kCloseEnoughNs) {
    const std::int64_t remaining_ns = end_ns - now_ns;
    const std::int64_t iterations = next_iterations(remaining_ns, *order.ns_per_iteration);
    multiply_chain<kSeed>(iterations);
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

}  // namespace

extern "C" {
[[gnu::noinline]] std::int64_t build_report(const CpuOrder& order) { return burn<3>(order); }
[[gnu::noinline]] std::int64_t parse_rows(const CpuOrder& order) { return burn<5>(order); }
[[gnu::noinline]] std::int64_t render_page(const CpuOrder& order) { return burn<7>(order); }
[[gnu::noinline]] std::int64_t compress_block(const CpuOrder& order) { return burn<9>(order); }
[[gnu::noinline]] std::int64_t hash_password(const CpuOrder& order) { return burn<11>(order); }
[[gnu::noinline]] std::int64_t sort_orders(const CpuOrder& order) { return burn<13>(order); }
[[gnu::noinline]] std::int64_t match_prices(const CpuOrder& order) { return burn<15>(order); }
[[gnu::noinline]] std::int64_t scale_image(const CpuOrder& order) { return burn<17>(order); }
[[gnu::noinline]] std::int64_t encode_reply(const CpuOrder& order) { return burn<19>(order); }
[[gnu::noinline]] std::int64_t check_rights(const CpuOrder& order) { return burn<21>(order); }
[[gnu::noinline]] std::int64_t plan_query(const CpuOrder& order) { return burn<23>(order); }
[[gnu::noinline]] std::int64_t merge_index(const CpuOrder& order) { return burn<25>(order); }
}

namespace {

constexpr std::array<CpuFunction, 12> kCpuFunctions = {{
    {"build_report", build_report},
    {"parse_rows", parse_rows},
    {"render_page", render_page},
    {"compress_block", compress_block},
    {"hash_password", hash_password},
    {"sort_orders", sort_orders},
    {"match_prices", match_prices},
    {"scale_image", scale_image},
    {"encode_reply", encode_reply},
    {"check_rights", check_rights},
    {"plan_query", plan_query},
    {"merge_index", merge_index},
}};

}  // namespace

std::span<const CpuFunction> cpu_functions() { return kCpuFunctions; }

const CpuFunction* find_cpu_function(std::string_view name) {
  const auto* found = std::find_if(kCpuFunctions.begin(), kCpuFunctions.end(),
                                   [name](const CpuFunction& f) { return f.name == name; });
  return found == kCpuFunctions.end() ? nullptr : found;
}

double measure_ns_per_iteration() {
  constexpr std::int64_t kIterations = 25'000;
  const std::int64_t before_ns = thread_cpu_ns();
  multiply_chain<1>(kIterations);
  const std::int64_t spent_ns = thread_cpu_ns() - before_ns;
  // A clock that stood still would give 0, and a burn that never ends.
  return spent_ns > 0 ? static_cast<double>(spent_ns) / kIterations : kFirstGuessNs;
}

}  // namespace plumbline::workloads

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
#include "workloads/cpu_burn.h"

namespace plumbline::workloads {
namespace {

constexpr double kFirstGuessNs = 20.0;
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

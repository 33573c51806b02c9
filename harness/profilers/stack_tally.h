// Sums the stacks of a sampling profiler by function: with the function on the stack, recursion
// counted once.
//
// Used by every adapter whose profiler gives stacks. Thread rule: any thread, on a profile of its
// own. Failure: none.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "harness/profilers/profile.h"

namespace plumbline::harness {

inline void add_stack(const std::set<std::string>& functions, std::int64_t cpu_ns,
                      std::uint64_t samples, EndpointProfile& to) {
  to.samples += samples;
  to.time.category[static_cast<std::size_t>(format::Category::kCpu)] += cpu_ns;
  for (const std::string& function : functions) {
    to.function_cpu_ns[function] += cpu_ns;
    to.function_samples[function] += samples;
  }
}

}  // namespace plumbline::harness

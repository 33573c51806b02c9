// The functions that a scenario may burn CPU in: real, never inlined, one frame each.
//
// The specification looks them up by name, the runner calls them, the harness compares the shares
// that a profiler shows for them. They have C linkage, so that every profiler prints the same
// name whatever its demangler; the burning code is inlined into each, so that the sampled leaf is
// the function itself.
// Thread rule: any thread, each with its own CpuOrder. Failure rule: none.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace plumbline::workloads {

// What one call shall burn: a fixed number of iterations or, where that is 0, CPU time of the
// calling thread.
struct CpuOrder {
  std::int64_t iterations;
  std::int64_t duration_ns;
  std::int64_t begin_cpu_ns;  // the thread's CPU clock just before the call
  double* ns_per_iteration;   // this thread's speed; refined by each timed burn
  std::int64_t depth = 0;     // of the calls, for the shapes that have one (cpu_shapes.h)
  std::int64_t level = 0;     // of a recursion, from 0
};

struct CpuFunction {
  std::string_view name;
  std::int64_t (*run)(const CpuOrder&);  // returns the iterations it ran
};

// All of them.
std::span<const CpuFunction> cpu_functions();

// Null when there is no such function.
const CpuFunction* find_cpu_function(std::string_view name);

// Nanoseconds of CPU per iteration on this thread now, from a burn of about half a millisecond.
double measure_ns_per_iteration();

}  // namespace plumbline::workloads

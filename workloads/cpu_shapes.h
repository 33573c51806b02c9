// CPU work that is hard to attribute: deep, inlined, recursive, in libc, vDSO or tiny calls.
//
// Each shape has one owner, a function that is never inlined and is on the stack of every sample of
// it. What a profiler should see below it:
//   deep        spend_deep, then `depth` frames deep_a, deep_b, deep_c in turn, then deep_bottom
//   inlined     spend_inlined alone; by its line tables, inlined_middle and inlined_bottom in it
//   recursive   spend_recursive 1 to `depth` times, an equal share of the CPU at each level: to be
//               counted once a sample
//   vdso        spend_in_vdso, clock_gettime of libc and of [vdso]; all of it user time
//   libc        spend_in_libc, then memcpy, qsort (with compare_numbers) and snprintf
//   tiny_calls  spend_in_tiny_calls, tiny_add, tiny_mix, tiny_turn: hardly more than a
//               prologue and an epilogue each
// Used by the specification's reader and the runner.
// Thread rule: any thread, each with its own CpuOrder. Failure rule: none.
#pragma once

#include <array>
#include <cstdint>

#include "workloads/cpu_functions.h"
#include "workloads/thread_primitives.h"

namespace plumbline::workloads {

constexpr bool has_depth(CpuShape shape) {
  return shape == CpuShape::kDeep || shape == CpuShape::kRecursive;
}

// The owner of a shape; not kLeaf, whose owner the scenario names.
const CpuFunction& cpu_function_of(CpuShape shape);

// Nanoseconds of CPU per iteration on this thread now, by CpuShape: an iteration is one turn of the
// multiply chain, one clock_gettime, one round of libc calls, one round of tiny calls.
using CpuSpeeds = std::array<double, 7>;
CpuSpeeds measure_speeds();

}  // namespace plumbline::workloads

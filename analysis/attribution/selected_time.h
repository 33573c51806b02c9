// The time of a scope: exactly by category, and by stack.
//
// Used by hotspots.cc and function_shares.cc. Everything but the CPU outside calls is booked where
// it happened; that CPU is exact in its sum, and samples distribute it: weights are summed over
// the whole scope and scaled to it once, by largest remainder.
// Thread rule: pure. Failure: none.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/attribution/endpoints.h"
#include "analysis/attribution/scope.h"

namespace plumbline::analysis {

struct KeyTime {
  Index key = 0;  // see stackless.h
  TimeSum time;
};

// What the samples of a scope are worth.
struct SamplingBasis {
  std::int64_t distributed_ns = 0;  // CPU outside calls: what samples distribute
  std::int64_t sampled_ns = 0;      // of it, to stacks that samples saw
  std::uint64_t samples = 0;
};

struct SelectedTime {
  TimeParts on_threads;
  ByCategory<std::int64_t> cpu_in_calls_ns{};  // of its CPU, in hooked calls, blocking or not
  std::int64_t uncovered_ns = 0;
  SamplingBasis sampling;
  std::vector<KeyTime> keys;  // those with time or samples, ascending; they sum to all()

  // On threads and on none: `uncovered_ns` is other: not_on_any_thread.
  TimeParts all() const;
};

// `parts`: threads that share the work; 0: as many as are worth it.
SelectedTime selected_time(const TimeIndex& index, const ScopedTime& scope, std::size_t parts = 0);

}  // namespace plumbline::analysis

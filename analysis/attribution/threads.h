// Time by thread: what each thread did with its life, and what it spent in which calls.
//
// Used by `plumbline threads` and by tests that hold other tracers against it. Rows add up to the
// segments of all threads to the nanosecond, in every category.
// Thread rule: pure. Failure: none.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "analysis/attribution/partition.h"

namespace plumbline::analysis {

// Hooked calls of one operation, blocking or not. Wall is blocked + CPU + run queue.
struct CallTotals {
  std::uint64_t blocked = 0;      // that gave the CPU away
  std::uint64_t not_blocked = 0;  // that returned at once
  std::int64_t wall_ns = 0, cpu_ns = 0;
};

struct ThreadRow {
  // CLOCK_MONOTONIC; equal for a thread of which nothing but one edge is known.
  std::int64_t first_edge_ns = 0, last_edge_ns = 0;
  // By the kernel's count, between these two: how often the thread gave up its CPU.
  std::uint64_t voluntary_switches = 0;
  TimeParts time;
  std::array<CallTotals, format::kOperationCount> calls{};
};

// One for each row of Recording::threads.
std::vector<ThreadRow> threads_of(const Recording& recording, const Partition& partition);

}  // namespace plumbline::analysis

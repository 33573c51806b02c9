// Hooked calls that returned without blocking: counted and summed exactly, without an event each.
//
// Hooks add to the thread's sums, one for each operation and category; the sums are written when
// the active span changes and when the thread ends, so that they belong to the span in which the
// calls were made.
// Thread rule: owner thread. Signal rule: async-signal-safe. Failure: a full ring keeps the sums
// for the next time, under the span that is active then.
#pragma once

#include "profiler/capture/thread.h"

namespace plumbline::capture {

inline void add_unblocked(Thread& thread, format::Operation operation, format::Category category,
                          std::int64_t wall_ns, std::int64_t cpu_ns) {
  const auto index = static_cast<std::size_t>(operation);
  Unblocked& sums = thread.unblocked[index][static_cast<std::size_t>(category)];
  ++sums.calls;
  sums.wall_ns += wall_ns;
  sums.cpu_ns += cpu_ns;
  thread.unblocked_mask |= std::uint64_t{1} << index;
}

// Writes and clears all sums. Called before the active span changes.
void write_unblocked(Thread& thread);

}  // namespace plumbline::capture

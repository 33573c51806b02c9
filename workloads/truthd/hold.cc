#include "workloads/truthd/hold.h"

#include "workloads/clock.h"

namespace plumbline::workloads {

void hold_until(std::int64_t until_ns, Slot& slot, Lateness& lateness) {
  const bool in_time = monotonic_ns() < until_ns;
  if (in_time) sleep_until(until_ns);
  const std::int64_t release_ns = monotonic_ns();
  slot.release_ns.store(release_ns, std::memory_order_relaxed);
  if (in_time) lateness.add(release_ns - until_ns);
}

}  // namespace plumbline::workloads

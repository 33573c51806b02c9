// What the profiler itself costs the process, in CPU time since the recording began.
//
// Cheap and as honest as that can be: two of the four figures are measured, two are counted and
// multiplied by what the benchmarks say of one.
//   drain      the drain thread, by its own clock: carrying records, tables of modules, the file
//   handlers   from the first to the last line of the sample handler, by ticks
//   signals    samples x what the kernel takes to interrupt, deliver and return
//   edges      scopes, spans, waits and clock readings x their cost
// Not in it: caches that we displace, hooked calls that did not block (20 to 90 ns each), threads
// starting and ending (30 us each), and the self-test of the switch flag (once per process).
// Thread rule: drain thread. Signal rule: not from handlers. Failure: none.
#pragma once

#include <cstdint>

#include "profiler/base/clock.h"
#include "profiler/session/process_records.h"
#include "profiler/session/totals.h"

namespace plumbline::session {

struct OwnCost {
  std::int64_t drain_ns = 0, handlers_ns = 0, signals_ns = 0, edges_ns = 0;
  std::int64_t process_ns = 0;  // CPU of the whole process, ours included

  std::int64_t samples_ns() const { return handlers_ns + signals_ns; }
  std::int64_t total_ns() const { return drain_ns + samples_ns() + edges_ns; }

  OwnCost since(const OwnCost& earlier) const {
    return {drain_ns - earlier.drain_ns, handlers_ns - earlier.handlers_ns,
            signals_ns - earlier.signals_ns, edges_ns - earlier.edges_ns,
            process_ns - earlier.process_ns};
  }
};

class OwnCostMeter {
 public:
  void begin();
  OwnCost of(const Totals& totals) const;

 private:
  base::TickAnchor first_;
  std::int64_t process_before_ns_ = 0;  // CPU of the process when the recording began
};

void write_own_cost(const OwnCost& cost, ProcessRecords& records);

}  // namespace plumbline::session

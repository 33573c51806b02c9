// Runs one segment and tells its truth.
//
// Used by the worker. The order of the clock reads is the contract of ledger.h: c0, t0, the call,
// t1, c1, with nothing else between them but telling the partner when t0 was.
// Thread rule: made and used by one worker thread.
// Failure rule: io::InputError when a partner failed; the run is then worthless.
#pragma once

#include <cstddef>
#include <cstdint>

#include "workloads/cpu_shapes.h"
#include "workloads/ledger.h"
#include "workloads/runner/partners.h"
#include "workloads/runner/run_queue.h"
#include "workloads/spec.h"

namespace plumbline::workloads {

class SegmentRunner {
 public:
  // `full`: read the run queue at both ends of each wait. `speeds` to begin with.
  SegmentRunner(Partners& partners, const RunQueueClock& run_queue, bool full,
                const CpuSpeeds& speeds);

  // Fills times, release and detail of `record`, whose request, endpoint and step are set. False:
  // the segment was skipped.
  bool run(const Segment& segment, std::int64_t amount, LedgerRecord& record);

  // Sleeps with the contended lock held that `run` took, and gives it back.
  void hold(const Segment& segment, LedgerRecord& record);

  // A sleep of the workload itself; filled in like a segment.
  void sleep(std::int64_t duration_ns, LedgerRecord& record);

  // Both ends of any wait.
  void begin_wait(LedgerRecord& record);
  void end_wait(LedgerRecord& record);

 private:
  void burn(const Segment& segment, std::int64_t amount, LedgerRecord& record);
  void wait_inside(const Segment& segment, std::int64_t amount, LedgerRecord& record);
  void wait_for_partner(std::int64_t duration_ns, LedgerRecord& record);
  void sleep_inline(std::int64_t duration_ns, LedgerRecord& record);
  void wait_for_child(std::int64_t duration_ns, LedgerRecord& record);
  void wait_for_shared_lock(std::int64_t duration_ns, LedgerRecord& record);
  void wait_for_contended(const Segment& segment, LedgerRecord& record);

  Partners& partners_;
  const RunQueueClock& run_queue_;
  const bool full_;
  CpuSpeeds speeds_;
  std::int64_t run_queue_begin_ns_ = -1;
};

}  // namespace plumbline::workloads

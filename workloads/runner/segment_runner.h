// Runs one segment and tells its truth.
//
// Used by the worker. The order of the clock reads is the contract of ledger.h: c0, t0, the call,
// t1, c1, with nothing else between them but telling the partner when t0 was.
// Thread rule: made and used by one worker thread.
// Failure rule: io::InputError when a partner failed; the run is then worthless.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "workloads/ledger.h"
#include "workloads/runner/partners.h"
#include "workloads/runner/run_queue.h"
#include "workloads/spec.h"

namespace plumbline::workloads {

class SegmentRunner {
 public:
  // `full`: read the run queue at both ends of each wait.
  SegmentRunner(Partners& partners, const RunQueueClock& run_queue, bool full);

  // Before a request: lock segments start over with the first holder.
  void begin_request() { holders_used_ = 0; }
  std::size_t holders_used() const { return holders_used_; }

  // Fills times, release and detail of `record`. False: the segment was skipped.
  bool run(const Segment& segment, std::int64_t amount, LedgerRecord& record);

  // A sleep of the workload itself; filled in like a segment.
  void sleep(std::int64_t duration_ns, LedgerRecord& record);

  // Both ends of any wait.
  void begin_wait(LedgerRecord& record);
  void end_wait(LedgerRecord& record);

 private:
  void burn(const Segment& segment, std::int64_t amount, LedgerRecord& record);
  void wait_for_lock(std::int64_t duration_ns, LedgerRecord& record);
  void wait_for_file(const Segment& segment, std::int64_t duration_ns, LedgerRecord& record);
  void wait_for_socket(std::int64_t duration_ns, LedgerRecord& record);
  int file_call(const Segment& segment);  // 0 or an error number; 0 bytes: fsync

  Partners& partners_;
  const RunQueueClock& run_queue_;
  const bool full_;
  double ns_per_iteration_;
  std::size_t holders_used_ = 0;
  std::int64_t run_queue_begin_ns_ = -1;
  std::vector<char> buffer_;
};

}  // namespace plumbline::workloads

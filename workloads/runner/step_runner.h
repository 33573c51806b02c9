// Runs requests, or parts of them, on the thread that made it, and writes their records.
//
// A request's time is spent in segments; between them lie only clock reads, the span calls and the
// append of a record. Whatever could wait is done between requests.
// Thread rule: made and used by one thread. Failure rule: io::InputError when a partner failed.
#pragma once

#include <plumbline/trace.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "workloads/ledger.h"
#include "workloads/runner/ledger_recorder.h"
#include "workloads/runner/partners.h"
#include "workloads/runner/run_queue.h"
#include "workloads/runner/segment_runner.h"
#include "workloads/schedule.h"
#include "workloads/spec.h"

namespace plumbline::workloads {

class Companion;

// A span that one thread began and another one runs and ends.
struct HandedSpan {
  const ScheduledRequest* request = nullptr;
  const std::vector<Step>* steps = nullptr;
  std::size_t first_amount = 1;
  std::uint8_t number = 0;  // of its step; 0: a whole request
  std::int64_t begin_ns = 0;
  plumbline::Span span;
};

class StepRunner {
 public:
  // `companion` takes handed spans; may be null where there are none.
  StepRunner(const Spec& spec, Partners& partners, LedgerRecorder& recorder, bool full,
             const CpuSpeeds& speeds, Companion* companion = nullptr);

  const RunQueueClock& run_queue() const { return run_queue_; }
  SegmentRunner& segments() { return segments_; }
  LedgerRecorder& recorder() { return recorder_; }
  const plumbline::Tracer& tracer() const { return tracer_; }

  // Between requests.
  void think(const ScheduledRequest& request, std::int64_t duration_ns);
  // CPU in no span.
  void work(const ScheduledRequest& request, const Segment& segment);
  void wait_for_partners(const ScheduledRequest& request);
  void rearm_partners(const ScheduledRequest& request);
  // Any wait of the workload's own; `wait` is called between its ends.
  template <typename Wait>
  void set_up(const ScheduledRequest& request, Wait wait) {
    LedgerRecord record = new_record(request, LedgerKind::kSetup, 0);
    segments_.begin_wait(record);
    wait();
    segments_.end_wait(record);
    recorder_.append(record);
  }

  // Under a root span, on this thread; handed spans may go on when it returns.
  void run_request(const ScheduledRequest& request);
  // Activates it here, runs its steps and ends it.
  void run_handed(HandedSpan& handed);
  // A request's root span, for another thread to run.
  HandedSpan begin_request(const ScheduledRequest& request);
  // One segment, in whatever span is active.
  void run_segment(const ScheduledRequest& request, const Step& step, std::int64_t amount);

  static LedgerRecord new_record(const ScheduledRequest& request, LedgerKind kind,
                                 std::uint8_t step);

  // A thread's part in a span that is not all its own.
  struct Stretch {
    LedgerRecord record;
    std::int64_t run_queue_ns;
  };
  Stretch begin_stretch(const ScheduledRequest& request, std::uint8_t step) const;
  void end_stretch(Stretch& stretch, std::uint64_t span_id);
  // The span itself, whose stretches say what it cost.
  void append_split_span(const ScheduledRequest& request, std::uint8_t step, std::int64_t begin_ns,
                         std::uint64_t span_id);

 private:
  void run_steps(const std::vector<Step>& steps);
  void run_span(const std::string& name, const std::vector<Step>& steps, std::uint8_t number);
  void hand_over(const Step& step);

  const Spec& spec_;
  Partners& partners_;
  LedgerRecorder& recorder_;
  const bool full_;
  Companion* const companion_;
  const plumbline::Tracer tracer_;
  RunQueueClock run_queue_;
  SegmentRunner segments_;
  const ScheduledRequest* request_ = nullptr;
  std::size_t next_amount_ = 0;  // of the request's amounts
};

}  // namespace plumbline::workloads

// One worker thread of a workload: a closed loop over its share of the schedule.
//
// think, make sure that every partner is ready, run one request under a root span; and so on.
// Thread rule: made, run and finished by its own thread.
// Failure rule: io::InputError when a partner failed.
#pragma once

#include <plumbline/trace.h>

#include <atomic>
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

class Worker {
 public:
  // `full`: as --ledger-full. Everything passed in outlives the worker.
  Worker(const Spec& spec, Partners& partners, LedgerRecorder& recorder, bool full);

  // Runs all requests, or as many as there were when `stop` became true.
  void run(const std::vector<ScheduledRequest>& requests, const std::atomic<bool>& stop);

  // Totals of the loop, with the thread's identity; without records.
  const LedgerThread& totals() const { return totals_; }

 private:
  void think();
  void wait_for_holders();
  void run_request();
  void run_steps(const std::vector<Step>& steps);
  void run_segment(const Step& step);
  void run_span(const std::string& name, const std::vector<Step>& steps, std::uint8_t number);
  LedgerRecord new_record(LedgerKind kind, std::uint8_t step) const;

  const Spec& spec_;
  Partners& partners_;
  LedgerRecorder& recorder_;
  const bool full_;
  const plumbline::Tracer tracer_;
  RunQueueClock run_queue_;
  SegmentRunner segments_;
  const ScheduledRequest* request_ = nullptr;
  std::size_t unclaimed_holders_;  // the first so many are taking their mutex
  LedgerThread totals_;
};

}  // namespace plumbline::workloads

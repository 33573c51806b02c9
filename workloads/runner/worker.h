// One worker thread of a workload: a loop over its share of the schedule.
//
// think, make sure that every partner is ready, run one request under a root span; and so on. Where
// its requests run is the scenario's `executor`.
// Thread rule: made, run and finished by its own thread.
// Failure rule: io::InputError when a partner failed.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "workloads/ledger.h"
#include "workloads/runner/companion.h"
#include "workloads/runner/ledger_recorder.h"
#include "workloads/runner/partners.h"
#include "workloads/runner/step_runner.h"
#include "workloads/schedule.h"
#include "workloads/spec.h"

namespace plumbline::workloads {

class CoroutinePool;

// What the threads of a run share, and what is one worker's own.
struct WorkerPlace {
  const Spec& spec;
  bool full;  // as --ledger-full
  const std::atomic<bool>& stop;
  std::size_t number;
  std::string name;
  CoroutinePool* pool;  // null: its requests stay with it
  Partners& partners;
  const std::vector<ScheduledRequest>& requests;
};

// Records and spans that the requests can give at most, on all threads.
LedgerRecorder make_recorder(const Spec& spec, const ScheduledRequest* requests, std::size_t count);

class Worker {
 public:
  explicit Worker(const WorkerPlace& place);

  // Runs all requests, or as many as there were when `stop` became true.
  void run();

  // What it and the threads that it started did.
  std::vector<LedgerThread> finish();

 private:
  void run_one_by_one();
  void run_on_new_threads();
  void run_in_pool();
  void run_on_new_thread(const ScheduledRequest& request);
  void submit_to_pool(const ScheduledRequest& request);
  void wait_before(const ScheduledRequest& request);
  void wait_for_companion(const ScheduledRequest& request, std::size_t at_most);

  const WorkerPlace& place_;
  const CpuSpeeds speeds_;
  LedgerRecorder recorder_;
  std::unique_ptr<Companion> companion_;
  StepRunner runner_;
  LedgerThread totals_;
  std::int64_t begin_ns_ = 0;
  std::int64_t requests_begun_ = 0;
  std::vector<LedgerThread> ended_threads_;
};

}  // namespace plumbline::workloads

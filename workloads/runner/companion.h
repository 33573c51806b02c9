// A thread that goes on with what a worker hands to it: spans of its requests, or whole requests.
//
// One for each worker that needs one. It works them off in the order in which they came; what waits
// in between waits in its queue, active on no thread.
// Thread rule: the public functions are for its worker. Failure rule: a failure of a partner is
// kept, and thrown at the worker's next wait or by `finish`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <string>
#include <thread>

#include "workloads/ledger.h"
#include "workloads/runner/ledger_recorder.h"
#include "workloads/runner/partners.h"
#include "workloads/runner/semaphore.h"
#include "workloads/runner/step_runner.h"
#include "workloads/spec.h"

namespace plumbline::workloads {

class Companion {
 public:
  // Starts the thread `name`. Everything passed in outlives it.
  Companion(const Spec& spec, Partners& partners, LedgerRecorder recorder, bool full,
            const CpuSpeeds& speeds, std::string name);
  ~Companion();
  Companion(const Companion&) = delete;
  Companion& operator=(const Companion&) = delete;

  void submit(HandedSpan handed);
  std::size_t outstanding() const { return outstanding_; }

  // Sleeps until one more of them has ended; says when that one did.
  std::int64_t wait_for_one();

  // After the last: its part of the ledger.
  LedgerThread finish();

 private:
  struct Shared {
    std::deque<HandedSpan> queue;  // guarded by mutex
    std::deque<std::int64_t> ends_ns;
    std::mutex mutex;
    Semaphore handed, ended;
  };

  void run();
  void work_off(StepRunner& runner, HandedSpan& handed);
  void end_thread();

  const Spec& spec_;
  Partners& partners_;
  LedgerRecorder recorder_;
  const bool full_;
  const CpuSpeeds& speeds_;
  const std::string name_;
  std::size_t outstanding_ = 0;
  Shared shared_;
  LedgerThread result_;           // the thread's until it is joined
  std::exception_ptr failure_{};  // guarded by mutex
  std::thread thread_;            // last: it uses what stands above
};

}  // namespace plumbline::workloads

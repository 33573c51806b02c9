// What one thread of a workload used between two moments, and who it is.
//
// Made by the thread at its beginning and asked by it at its end.
// Thread rule: the thread that it is about. Failure rule: none.
#pragma once

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

#include "workloads/clock.h"
#include "workloads/ledger.h"
#include "workloads/runner/run_queue.h"

namespace plumbline::workloads {

class ThreadTotals {
 public:
  explicit ThreadTotals(const RunQueueClock& run_queue)
      : run_queue_(run_queue),
        switches_(voluntary_switches()),
        run_queue_ns_(run_queue.read_ns()),
        cpu_ns_(thread_cpu_ns()),
        begin_ns_(monotonic_ns()) {}

  // Into a thread of the ledger, without its name and records.
  void write_to(LedgerThread& thread) const {
    thread.tid = static_cast<std::int32_t>(syscall(SYS_gettid));
    thread.begin_ns = begin_ns_;
    thread.end_ns = monotonic_ns();
    thread.cpu_ns = thread_cpu_ns() - cpu_ns_;
    thread.run_delay_ns = run_queue_between(run_queue_ns_, run_queue_.read_ns());
    thread.voluntary_switches = voluntary_switches() - switches_;
  }

 private:
  static std::int64_t voluntary_switches() {
    rusage usage{};
    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nvcsw;
  }

  const RunQueueClock& run_queue_;
  std::int64_t switches_, run_queue_ns_, cpu_ns_, begin_ns_;
};

}  // namespace plumbline::workloads

// The drain thread: carries records from the threads' rings to the file.
//
// It comes every flush period, and earlier when a ring is more than half full. At each flush it
// also writes what every live thread is doing just then (ThreadState), so that a program that is
// killed loses at most one period, open waits included. It blocks all signals, takes no lock of
// the program, has descriptors of its own where the kernel allows it, and is not recorded itself.
// Thread rule: start and stop by the control thread. Signal rule: not from handlers.
// Failure: start gives false when the thread cannot be created.
#pragma once

#include <pthread.h>

#include <atomic>

#include "profiler/session/cpu_clock_choice.h"
#include "profiler/session/modules.h"
#include "profiler/session/options.h"
#include "profiler/session/own_cost.h"
#include "profiler/session/process_records.h"
#include "profiler/session/rate_guard.h"
#include "profiler/session/totals.h"

namespace plumbline::session {

class Drain {
 public:
  explicit Drain(RecordingWriter& writer) : writer_(writer), records_(writer) {}

  bool start(const Options& options);
  // Has the thread flush now, and waits until it has, at most a second. Any thread, also in a
  // handler.
  void flush_now();

  // Has the thread flush a last time, close the file and end.
  void stop();

  ProcessRecords& records() { return records_; }
  ModuleWatch& modules() { return modules_; }

 private:
  static void* run(void* drain);
  void take_over();
  void loop();
  void write_cpu_clock();
  void flush(bool last);
  void flush_thread(capture::Thread& thread, bool last);
  void write_new_names();
  void write_counters();
  void mind_budget(const Totals& totals);
  void write_lockstep_risk();

  RecordingWriter& writer_;
  ProcessRecords records_;
  ModuleWatch modules_;
  Options options_;
  CpuClockTrial trial_;
  pthread_t thread_{};
  // 0 until the thread has taken the file over. The control thread waits for that.
  std::atomic<std::uint32_t> taken_over_{0};
  bool own_descriptors_ = false;
  std::atomic<bool> stop_{false};
  std::atomic<std::uint32_t> flushes_wanted_{0};
  std::atomic<std::uint32_t> flushes_done_{0};  // of those; followed by futex
  std::uint32_t generation_ = 0;
  std::uint32_t names_written_ = 0;  // numbers below this are in the file
  std::uint32_t flushes_ = 0;
  Totals ended_;  // of threads that are gone
  OwnCostMeter own_cost_;
  RateGuard guard_;
  bool some_threads_in_lockstep_ = false;
};

}  // namespace plumbline::session

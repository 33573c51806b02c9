// Which clock edges take CPU time from: decided while the program already runs.
//
// A thread of its own measures the tick scale and runs the self-test of the switch flag, some
// milliseconds in which the drain thread must not be away from the rings. Until it has decided,
// and for good if the test fails, every edge reads the kernel's clocks: right, but slower. What
// was decided once holds for later sessions and for forked children.
// Thread rule: drain thread.
// Signal rule: not from handlers. Failure: no thread means the kernel's clocks.
#pragma once

#include <pthread.h>

#include <atomic>

#include "profiler/session/options.h"
#include "profiler/session/switch_flag_test.h"

namespace plumbline::session {

class CpuClockTrial {
 public:
  void start(CpuClockChoice choice);
  // Ends the thread; a test in progress is abandoned.
  void finish();

  // The decision, once: null while it is open and after it was given.
  const SwitchFlagVerdict* take_decision();

 private:
  static void* run(void* trial);
  void decide();
  void adopt(const SwitchFlagVerdict& verdict);

  pthread_t thread_{};
  bool started_ = false;
  bool taken_ = false;
  SwitchFlagVerdict verdict_;
  std::atomic<bool> abandoned_{false};
  std::atomic<bool> decided_{false};
};

}  // namespace plumbline::session

// Which clock edges take CPU time from: decided while the program already runs.
//
// A thread of its own measures the tick scale and runs the self-tests of the switch flags, some
// milliseconds in which the drain thread must not be away from the rings. The rseq area's flag
// costs nothing and comes first; where it fails, the switch rings. Until that is decided, and for
// good if both fail, every edge reads the kernel's clocks: right, but slower. What was decided
// once holds for later sessions and for forked children.
// Thread rule: drain thread, unless said otherwise.
// Signal rule: not from handlers. Failure: no thread means the kernel's clocks.
#pragma once

#include <pthread.h>

#include <atomic>

#include "profiler/session/options.h"
#include "profiler/session/switch_flag_test.h"

namespace plumbline::session {

struct CpuClockVerdict {
  capture::SwitchWitness witness = capture::SwitchWitness::kNone;
  SwitchFlagVerdict rseq, ring;
};

class CpuClockTrial {
 public:
  void start(CpuClockChoice choice);
  // Ends the thread; a test in progress is abandoned.
  void finish();

  // The decision, once: null while it is open and after it was given.
  const CpuClockVerdict* take_decision();

 private:
  static void* run(void* trial);
  void decide();
  void adopt(const CpuClockVerdict& verdict);

  CpuClockChoice choice_ = CpuClockChoice::kAuto;
  pthread_t thread_{};
  bool started_ = false;
  bool taken_ = false;
  CpuClockVerdict verdict_;
  std::atomic<bool> abandoned_{false};
  std::atomic<bool> decided_{false};
};

// Edges read the kernel's clocks from here on. By the control thread, at the end of a session.
void stop_trusting_switch_flags();

}  // namespace plumbline::session

// The kernel's own record of what the threads of a program do: the kernel oracle's source.
//
// Switches and system calls come from perf's inherited events, wake-ups from a trace instance;
// README.md has the measurements behind that choice. Everything is stamped with CLOCK_MONOTONIC,
// the workloads' own clock.
// Thread rule: the main thread, which starts the program after the constructor.
// Failure: io::InputError: not root, no tracefs, perf refused.
#pragma once

#include "harness/oracle/kernel_event.h"
#include "harness/oracle/perf_rings.h"
#include "harness/oracle/trace_instance.h"
#include "harness/oracle/tracefs.h"

namespace plumbline::harness::oracle {

class KernelTracer {
 public:
  KernelTracer();

  // When the program has ended.
  KernelTrace finish();

 private:
  void add_wake_ups(KernelTrace& trace);

  Tracefs tracefs_;
  EventLayout waking_, wakeup_;
  CallLayouts calls_;
  TraceInstance wake_ups_;
  PerfRings rings_;
};

}  // namespace plumbline::harness::oracle

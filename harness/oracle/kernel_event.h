// What the kernel says of a thread: one event, and everything it said during a run.
//
// Made by kernel_tracer.h from two sources, put together into a thread's life by
// thread_history.h. Thread rule: plain data. Failure: none.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace plumbline::harness::oracle {

enum class KernelEventKind : std::uint8_t {
  kSwitchedIn,
  kPreempted,   // off the CPU, but runnable
  kBlocked,     // off the CPU until it is woken
  kWaking,      // someone, or a timer, begins to wake it
  kEnqueued,    // it is in a run queue
  kCallBegins,  // a system call: `value` is its first argument
  kCallEnds,    // `value` is its result
};

struct KernelEvent {
  std::int64_t when_ns = 0;  // CLOCK_MONOTONIC
  std::int32_t process = 0;  // 0: not said (kWaking, kEnqueued)
  std::int32_t tid = 0;
  KernelEventKind kind = KernelEventKind::kSwitchedIn;
  std::int32_t call = -1;  // number of the system call
  std::int64_t value = 0;
};

using Counts = std::map<std::string, std::int64_t>;

struct KernelTrace {
  std::vector<KernelEvent> events;  // by time
  Counts losses;                    // what the kernel itself says that it dropped
};

}  // namespace plumbline::harness::oracle

// The self-test that decides whether a switch flag may be believed on this kernel.
//
// Run once per process on threads of our own, while the program already runs. Whatever takes a
// thread off its CPU must clear the flag: a sleep, a futex wait, a pipe read, a preemption.
// Thread rule: a thread of our own with all signals blocked; starts and joins one helper thread.
// Signal rule: not from handlers.
// Failure: the verdict names what left the flag standing; then every edge reads the clocks.
#pragma once

#include <atomic>
#include <string_view>

#include "profiler/capture/edge_clock.h"

namespace plumbline::session {

struct SwitchFlagVerdict {
  bool trusted = false;
  std::string_view reason;  // static text, for the recording's settings; empty: not tested
};

// Of the flags that `witness` gives. Some 10 ms on a quiet machine. Ends early, without trust, once
// `abandoned` is set.
SwitchFlagVerdict test_switch_flag(capture::SwitchWitness witness,
                                   const std::atomic<bool>& abandoned);

}  // namespace plumbline::session

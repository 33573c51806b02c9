// The signal handler: one stack, with the exact CPU time at that moment.
//
// Between the sampler, which makes the signals, and the thread's ring. Frames are written straight
// into the ring, so that the handler needs little stack of a thread that may have little.
// Thread rule: runs on the sampled thread. Signal rule: async-signal-safe; no libc but the vDSO
// clock, errno untouched. Failure: a sample that finds the thread inside an edge is
// dropped and counted; its CPU time weighs on the next one.
#pragma once

#include <signal.h>

#include "profiler/capture/thread.h"

namespace plumbline::capture {

inline constexpr int kSampleSignal = SIGURG;

// The timer expires when the thread has run for so long, and then after each mean period.
void arm_timer(SamplerState& sampler, std::uint64_t from_now_ns);

void on_sample_signal(int signal_number, siginfo_t* info, void* context);

// True for a signal that the calling thread's own sampler made.
bool is_own_signal(const siginfo_t& info);

// The program's own handler for our signal: it is called for signals that are not ours, and the
// program sees it as installed. False: our handler is not there, so that the kernel is to be asked.
bool exchange_program_action(const struct sigaction* action, struct sigaction* before);

}  // namespace plumbline::capture

// The sampling clock of each thread, and the handler that takes the samples.
//
// Preferred: perf's software task-clock, user mode only, one event a thread, delivered as SIGURG.
// It is an hrtimer, so 1 kHz means 1 kHz, and it cannot interrupt a system call (0 of 8,000 polls
// returned early). Where perf is refused: a POSIX timer on the thread's CPU clock, which expires
// on the kernel's tick, never more often than HZ.
//
// Periods are drawn from U(0.5, 1.5) of the asked one, every fourth time anew: against work in
// lock-step with the sampler a fixed period was wrong by 63 to 94 percentage points. The mean is
// 100 us at least; single periods are down to half of that.
//
// Every signal is accounted for (format::ThreadSampling): recorded, or dropped by a cause; and so
// is every end of a period for which none came. The timer is periodic between two signals, so that
// the kernel tells how many expiries one of them stands for (si_overrun).
//
// SIGURG is ignored by default, so one that is still pending does not kill the program after
// exec. The handler stays installed after a session; signals that are not ours go to whoever
// handled them before.
// Thread rule: attach and detach by the owner; install by the control thread.
// Signal rule: all async-signal-safe but install_handler. Failure: attach gives false, counted.
#pragma once

#include <cstdint>

#include "profiler/capture/thread.h"

namespace plumbline::capture {

// Where this kernel and user can have it, the perf clock; else the timer.
SamplerKind best_sampler();

// Once per process.
bool install_sample_handler();

// Takes our signal out of the calling thread's mask. True when it was there.
bool open_sample_signal();

// The recording's mean.
std::uint64_t mean_period_ns();
// Draws a new period around it.
void draw_period(SamplerState& sampler);

// Starts samples for the calling thread by RecordingState::sampler.
bool attach_sampler(Thread& thread);
// By the owner, or by any thread of the program once the owner is gone.
void detach_sampler(Thread& thread);

// By the owner, at its end, detached: periods that ended since the last signal and gave none.
void count_last_periods(Thread& thread, std::int64_t cpu_ns);

// Ends samples of any thread, leaving its descriptors to the owner: a handler may be using them.
void silence_sampler(Thread& thread);

}  // namespace plumbline::capture

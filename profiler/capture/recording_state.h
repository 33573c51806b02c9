// What every thread must know of the recording in progress.
//
// Written by the session (session/session.cc) and by the counters' owners, read everywhere.
// Thread rule: atomics, any thread. Signal rule: async-signal-safe. Failure: none.
#pragma once

#include <atomic>
#include <cstdint>

#include "profiler/base/sys.h"
#include "profiler/format/category.h"

namespace plumbline::capture {

// kThreadCpuTimer is the fall-back of kPerfTaskClock, also for single threads.
using SamplerKind = format::SampleClock;

enum class Unwinder : std::uint8_t {
  kRules,          // unwind/: tables made of the modules' .eh_frame
  kFramePointers,  // frame_pointer_walk.h
  kLibunwind,      // libunwind_walk.h, waits only; samples as kRules
};

struct RecordingState {
  // Number of the session that records now; 0: none. A thread records while its own number is
  // equal, so that starting again makes every thread introduce itself again.
  std::atomic<std::uint32_t> generation{0};

  // Set to 1 and woken to make the drain thread come before its time.
  std::atomic<std::uint32_t> drain_wanted{0};

  // How samples are taken. Constant while a session records, but for the period.
  SamplerKind sampler = SamplerKind::kNone;
  Unwinder unwinder = Unwinder::kRules;
  // Mean. Changed by the drain thread; each thread takes it up with its next sample.
  std::atomic<std::int64_t> sample_period_ns{0};
  std::uint64_t ring_bytes = 0;

  // Losses that belong to no single thread.
  std::atomic<std::uint64_t> threads_without_memory{0};
  std::atomic<std::uint64_t> threads_without_slot{0};
  std::atomic<std::uint64_t> threads_without_perf{0};  // that take the timer instead
  std::atomic<std::uint64_t> threads_without_sampler{0};
  std::atomic<std::uint64_t> foreign_signals{0};
  std::atomic<std::uint64_t> scopes_on_wrong_thread{0};
  std::atomic<std::uint64_t> names_without_room{0};

  void wake_drain() {
    // The exchange keeps a second waker from entering the kernel for nothing.
    if (drain_wanted.exchange(1, std::memory_order_release) != 0) return;
    base::sys::futex_wake(reinterpret_cast<const std::uint32_t*>(&drain_wanted));
  }
};

extern RecordingState recording;

}  // namespace plumbline::capture

// Everything that Plumbline knows of one thread, and its way to the drain thread.
//
// Reached through one initial-exec pointer (8 bytes of static TLS: a library that needs more may
// fail to dlopen, and dynamic TLS may allocate in a handler). The memory is mapped by the registry
// and outlives the thread until the drain thread has emptied its ring.
// Thread rule: owner only, unless a member says otherwise. Signal rule: async-signal-safe.
// Failure: none; lost records are counted in `account`.
#pragma once

#include <plumbline/context.h>

#include <array>
#include <atomic>
#include <cstdint>

#include "profiler/base/counter.h"
#include "profiler/base/event_ring.h"
#include "profiler/base/own_file.h"
#include "profiler/base/published.h"
#include "profiler/base/random.h"
#include "profiler/base/sys.h"
#include "profiler/capture/context_record.h"
#include "profiler/capture/edge_clock.h"
#include "profiler/capture/recording_state.h"
#include "profiler/capture/stack_bounds.h"
#include "profiler/format/record.h"

namespace plumbline::capture {

// Kinds of records of which every single one is accounted for: recorded, or dropped by a cause.
enum class Kind : std::uint8_t { kScope, kSpan, kWait, kSample };
inline constexpr std::size_t kKindCount = 4;

struct Account {
  // Over the session, by kind. Read by the drain thread.
  std::array<std::atomic<std::uint64_t>, kKindCount> recorded{};
  std::array<std::atomic<std::uint64_t>, kKindCount> ring_full{};
  std::array<std::atomic<std::uint64_t>, kKindCount> reentry{};
  // Dropped since the last Loss record, for the next one, which will tell where.
  std::array<std::uint32_t, kKindCount> unreported{};
  bool any_unreported = false;
};

// The call that the thread is in, for the drain thread to write down at each flush.
struct OpenWait {
  Edge begin{};
  std::uint64_t span_id = 0;
  std::uint64_t object = 0;
  std::uint64_t owner_span_id = 0;
  std::int32_t owner_tid = 0;
  std::int32_t descriptor = -1;  // tells the category when that is kOther
  format::Category category{};
  format::Operation operation{};
  std::uint8_t reserved[6]{};
};

// Calls of one operation and category that returned without blocking, since they were last written.
struct Unblocked {
  std::uint32_t calls = 0;
  std::int64_t wall_ns = 0;
  std::int64_t cpu_ns = 0;
};

// How a thread has been sampled in this session (format::ThreadSampling). Written by the owner in
// the sample handler, read by the drain thread.
struct SamplingFigures {
  std::atomic<SamplerKind> clock{SamplerKind::kNone};  // stays when the sampler is detached
  std::atomic<std::uint64_t> signals{0};
  std::atomic<std::uint64_t> overruns{0};
  std::atomic<std::uint64_t> unseen{0};
  std::atomic<std::uint64_t> asked_ns{0};
  std::atomic<std::uint64_t> handler_ticks{0};  // time-stamp counter, spent in the handler

  void forget() {
    clock.store(SamplerKind::kNone, std::memory_order_relaxed);
    for (auto* figure : {&signals, &overruns, &unseen, &asked_ns, &handler_ticks}) {
      figure->store(0, std::memory_order_relaxed);
    }
  }
};

// What the sampler keeps for a thread (sampler.h).
struct SamplerState {
  SamplerKind kind = SamplerKind::kNone;
  base::OwnFile perf;
  int timer_id = -1;
  std::uint64_t period_ns = 0;    // that leads to the next sample
  int samples_left = 0;           // with that period
  std::uint64_t interval_ns = 0;  // of the timer, once it has expired
  std::int64_t due_cpu_ns = 0;    // CPU of the thread at its end
  base::Random random;
  SamplingFigures figures;
};

struct Thread {
  // kVanished: ended without saying so; what it left open is still open.
  enum class Life : std::uint32_t { kPrepared, kLive, kVanished, kEnded };

  // Handlers of the program that have run on it; wraps around. First: program_handlers.cc knows it
  // by its offset.
  std::uint32_t program_handlers_run = 0;
  // The session it records for; see RecordingState::generation. Released by the owner when the
  // thread is ready to be drained.
  std::atomic<std::uint32_t> generation{0};
  bool in_hook = false;
  // Set by the sample handler when it made a system call return EINTR.
  bool interrupted_call = false;
  // The program believes that it blocks our signal (hooks/signal_mask_hooks.cc).
  bool blocks_sample_signal = false;
  bool after_vfork = false;         // it called vfork: who is it that runs now?
  plumbline_span_context active{};  // the innermost active span
  ContextRecord shown;              // the same, as others read it
  std::uintptr_t fiber = 0;         // whose scopes are being opened; 0: the thread's own
  EdgeClock clock;
  base::EventRing ring;
  base::Random random;
  std::int64_t hook_cpu_ns = 0;  // CPU inside hooked calls, cumulative
  // Of the hook that set in_hook: its WaitInProgress and the number in it.
  std::uintptr_t hook_wait = 0;
  std::uint32_t hook_number = 0;
  std::int32_t findable_tid = 0;  // under which wait_owner.h finds it
  base::Published<OpenWait> open_wait;
  std::uint64_t unblocked_mask = 0;  // operations with something in `unblocked`
  std::array<std::array<Unblocked, format::kCategoryCount>, format::kOperationCount> unblocked{};
  Account account;
  SamplerState sampler;
  StackBounds stack;

  // Set at registration, constant afterwards (but a forked child is another thread).
  bool identified = false;
  std::int32_t tid = 0;
  std::uint32_t index = 0;
  base::OwnFile schedstat;
  std::uint64_t mapped_bytes = 0;
  std::size_t usable_stack_bytes = 0;  // as its creator asked for; 0: unknown
  // What pthread_create was asked to run, until it runs.
  void* (*start_routine)(void*) = nullptr;
  void* start_argument = nullptr;
  std::uint32_t slot = 0;  // in the registry
  int exit_rounds = 0;     // of thread-specific data destructors

  Thread* next_left_behind = nullptr;  // of those that vanished
  // Drain thread: number of the open wait that was written last.
  std::uint32_t wait_written = 0;
  std::uint64_t asked_written_ns = 0;  // drain thread: SamplingFigures::asked_ns, then

  // Release by the owner, acquire by the drain thread: what it wrote is in the ring.
  std::atomic<Life> life{Life::kPrepared};
};

// The calling thread's own; null: not registered yet; &inert_thread: never to be recorded.
extern __thread Thread* current_thread __attribute__((tls_model("initial-exec")));
extern Thread inert_thread;

// Registers the calling thread if it has to be. Null when it does not record.
Thread* introduce_current_thread(std::uint32_t generation);

// The calling thread if it records now, else null. The first line of every hook.
inline Thread* recording_thread() {
  const std::uint32_t generation = recording.generation.load(std::memory_order_relaxed);
  if (generation == 0) return nullptr;
  Thread* thread = current_thread;
  if (thread != nullptr && base::read(thread->generation) == generation) return thread;
  return introduce_current_thread(generation);
}

// A child of vfork runs on its parent's memory, with clocks of its own: it must not write there.
// True in the child. To be asked while `after_vfork`.
inline bool is_vfork_child(Thread& thread) {
  if (base::sys::gettid() != thread.tid) return true;
  thread.after_vfork = false;
  return false;
}

}  // namespace plumbline::capture

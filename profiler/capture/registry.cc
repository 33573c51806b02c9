#include "profiler/capture/registry.h"

#include <limits.h>
#include <sys/prctl.h>

#include <new>

#include "profiler/base/sys.h"
#include "profiler/capture/emit.h"
#include "profiler/capture/sampler.h"
#include "profiler/capture/unblocked.h"
#include "profiler/capture/wait_owner.h"

namespace plumbline::capture {

__thread Thread* current_thread __attribute__((tls_model("initial-exec"))) = nullptr;
Thread inert_thread;
RecordingState recording;

namespace registry_detail {
std::atomic<Thread*> slots[kMaxThreads];
std::atomic<std::uint32_t> slots_used{0};
}  // namespace registry_detail

namespace {

using base::sys::address;
using registry_detail::slots;
using registry_detail::slots_used;

std::atomic<std::uint32_t> last_index{0};
// Threads that vanished, a list. Their descriptors are to be closed by the next thread that comes
// or goes: the drain thread has descriptors of its own and does not reach the program's.
std::atomic<Thread*> left_behind{nullptr};
std::size_t default_usable_stack_bytes = 0;
pthread_key_t exit_key;
bool exit_key_made = false;

// glibc keeps the first keys inside the thread's block; setting a later one allocates, which a
// hook must not do.
constexpr pthread_key_t kKeysWithoutMalloc = 32;

bool take_slot(Thread* thread) {
  for (std::uint32_t slot = 0; slot < kMaxThreads; ++slot) {
    Thread* expected = nullptr;
    if (slots[slot].load(std::memory_order_relaxed) != nullptr) continue;
    // Release: the drain thread that sees the pointer sees the thread behind it.
    if (!slots[slot].compare_exchange_strong(expected, thread, std::memory_order_release)) continue;
    std::uint32_t used = slots_used.load(std::memory_order_relaxed);
    while (used <= slot && !slots_used.compare_exchange_weak(used, slot + 1)) {
    }
    thread->slot = slot;
    return true;
  }
  return false;
}

// Memory of threads that ended, for those to come: mapping and unmapping, and the faults on fresh
// pages, were half of what a thread costs. As many as a pool of workers comes and goes with; at
// most this many rings are kept for nobody.
constexpr std::size_t kSpares = 64;
std::atomic<Thread*> spares[kSpares];

void give_back(Thread& thread) {
  for (std::atomic<Thread*>& spare : spares) {
    Thread* none = nullptr;
    // Release: the next owner sees what the drain thread wrote there.
    if (base::read(spare) == nullptr &&
        spare.compare_exchange_strong(none, &thread, std::memory_order_release)) {
      return;
    }
  }
  base::sys::unmap_memory(&thread, thread.mapped_bytes);
}

Thread* take_spare(std::size_t mapped_bytes) {
  for (std::atomic<Thread*>& spare : spares) {
    if (base::read(spare) == nullptr) continue;
    Thread* thread = spare.exchange(nullptr, std::memory_order_acquire);
    if (thread == nullptr) continue;
    if (thread->mapped_bytes == mapped_bytes) return thread;
    base::sys::unmap_memory(thread, thread->mapped_bytes);  // of a session with other rings
  }
  return nullptr;
}

Thread* allocate_thread() {
  constexpr std::size_t kPageBytes = 4096;
  constexpr std::size_t kHeadBytes = (sizeof(Thread) + kPageBytes - 1) & ~(kPageBytes - 1);
  const std::size_t mapped_bytes = kHeadBytes + recording.ring_bytes;
  void* memory = take_spare(mapped_bytes);
  if (memory == nullptr) memory = base::sys::map_memory(mapped_bytes);
  if (memory == nullptr) {
    recording.threads_without_memory.fetch_add(1, std::memory_order_relaxed);
    return nullptr;
  }
  auto* thread = new (memory) Thread;
  thread->mapped_bytes = mapped_bytes;
  thread->ring.init(static_cast<std::byte*>(memory) + kHeadBytes, recording.ring_bytes);
  if (take_slot(thread)) return thread;
  recording.threads_without_slot.fetch_add(1, std::memory_order_relaxed);
  give_back(*thread);
  return nullptr;
}

void forget(Account& account) {
  for (std::size_t kind = 0; kind < kKindCount; ++kind) {
    account.recorded[kind].store(0, std::memory_order_relaxed);
    account.ring_full[kind].store(0, std::memory_order_relaxed);
    account.reentry[kind].store(0, std::memory_order_relaxed);
  }
  account.unreported = {};
  account.any_unreported = false;
}

void forget_earlier_session(Thread& thread) {
  thread.ring.reset();
  thread.active = {};
  thread.shown.hide();
  thread.in_hook = false;
  thread.open_wait.close();
  thread.hook_cpu_ns = 0;
  thread.unblocked = {};
  thread.unblocked_mask = 0;
  forget(thread.account);
  detach_sampler(thread);
  thread.sampler.figures.forget();
  thread.asked_written_ns = 0;
}

void write_thread_start(Thread& thread, bool existed) {
  const Edge edge = existed ? thread.clock.take() : thread.clock.birth();
  const auto fill = [&](format::ThreadStart& start) {
    start.header.flags = existed ? format::kThreadExisted : std::uint16_t{0};
    start.edge = edge;
    base::sys::call(SYS_prctl, PR_GET_NAME, address(start.name));
  };
  try_emit<format::ThreadStart>(thread, format::RecordType::kThreadStart, fill);
}

void close_all(Thread& thread) {
  detach_sampler(thread);
  thread.clock.end();
  thread.schedstat.close();
}

void close_what_was_left_behind() {
  if (base::read(left_behind) == nullptr) return;
  Thread* vanished = left_behind.exchange(nullptr, std::memory_order_acquire);
  while (vanished != nullptr) {
    Thread* next = vanished->next_left_behind;
    close_all(*vanished);
    vanished->life.store(Thread::Life::kEnded, std::memory_order_release);
    vanished = next;
  }
}

// Identity: what never changes while the thread lives.
void identify(Thread& thread) {
  close_what_was_left_behind();
  thread.identified = true;
  thread.tid = base::sys::gettid();
  thread.index = last_index.fetch_add(1, std::memory_order_relaxed) + 1;
  const bool main_thread = thread.tid == base::sys::getpid();
  const bool forked = thread.stack.high != 0;  // on whatever stack called fork
  if (!forked) {
    thread.stack =
        main_thread ? bounds_of_main_thread() : bounds_of_created_thread(thread.usable_stack_bytes);
  }
  thread.schedstat = base::OwnFile(open_schedstat(thread.tid));
  thread.random.seed_from_system();
  if (exit_key_made && exit_key < kKeysWithoutMalloc) pthread_setspecific(exit_key, &thread);
}

// Signals of our own do not arrive before the last line, and hooks pass through until
// current_thread points here.
void join_session(Thread& thread, std::uint32_t generation, bool existed) {
  forget_earlier_session(thread);
  thread.clock.begin(thread.tid, thread.schedstat.fd());
  write_thread_start(thread, existed);
  thread.life.store(Thread::Life::kLive, std::memory_order_release);
  thread.generation.store(generation, std::memory_order_release);
  current_thread = &thread;
  publish_context(thread.shown);
  remember_thread(thread);
  if (open_sample_signal()) thread.blocks_sample_signal = true;
  if (!attach_sampler(thread)) {
    recording.threads_without_sampler.fetch_add(1, std::memory_order_relaxed);
  }
}

void write_thread_name(Thread& thread) {
  const auto fill = [](format::ThreadName& name) {
    base::sys::call(SYS_prctl, PR_GET_NAME, address(name.name));
  };
  try_emit<format::ThreadName>(thread, format::RecordType::kThreadName, fill, Room::kLastWords);
}

// Destructor of exit_key: asks for another round until the last, so that destructors of the
// program's own thread-specific data are recorded too.
void on_thread_exit(void* value) {
  auto* thread = static_cast<Thread*>(value);
  if (thread != current_thread) return;
  if (++thread->exit_rounds < PTHREAD_DESTRUCTOR_ITERATIONS) {
    pthread_setspecific(exit_key, thread);
    return;
  }
  detach_sampler(*thread);
  const bool records = base::read(thread->generation) == base::read(recording.generation);
  if (records) write_thread_end(*thread);
  current_thread = &inert_thread;
  withdraw_context(thread->shown);
  close_all(*thread);
  close_what_was_left_behind();
  thread->life.store(Thread::Life::kEnded, std::memory_order_release);
}

}  // namespace

Thread* introduce_current_thread(std::uint32_t generation) {
  Thread* thread = current_thread;
  if (thread == &inert_thread) return nullptr;
  // Whatever interrupts or is called from here on passes through.
  current_thread = &inert_thread;
  if (thread == nullptr) thread = allocate_thread();
  if (thread == nullptr) return nullptr;
  if (!thread->identified) identify(*thread);
  join_session(*thread, generation, /*existed=*/true);
  return thread;
}

Thread* prepare_thread(const pthread_attr_t* attributes) {
  Thread* thread = allocate_thread();
  if (thread == nullptr) return nullptr;
  // It begins with its creator's mask.
  const Thread* creator = current_thread;
  thread->blocks_sample_signal = creator != nullptr && creator->blocks_sample_signal;
  thread->usable_stack_bytes =
      attributes != nullptr ? usable_stack_bytes(attributes) : default_usable_stack_bytes;
  return thread;
}

void discard_prepared(Thread* thread) {
  if (thread != nullptr) release_thread(*thread);
}

void adopt_prepared(Thread* thread) {
  current_thread = &inert_thread;
  identify(*thread);
  const std::uint32_t generation = base::read(recording.generation);
  if (generation != 0) {
    join_session(*thread, generation, /*existed=*/false);
  } else {
    current_thread = thread;
  }
}

// The calling thread's own memory stays: a hook may be under way on its stack.
void forget_threads_of_parent() {
  for_each_thread([](Thread& thread) {
    thread.clock.forget_ring();
    close_all(thread);
    if (&thread != current_thread) release_thread(thread);
  });
  left_behind.store(nullptr, std::memory_order_relaxed);
  if (current_thread != nullptr) current_thread->identified = false;
}

void exclude_current_thread() { current_thread = &inert_thread; }

void prepare_registry() {
  if (!exit_key_made) exit_key_made = pthread_key_create(&exit_key, on_thread_exit) == 0;
  pthread_attr_t defaults;
  if (pthread_getattr_default_np(&defaults) == 0) {
    default_usable_stack_bytes = usable_stack_bytes(&defaults);
    pthread_attr_destroy(&defaults);
  }
  // Threads that ended while nobody recorded.
  for_each_thread([](Thread& thread) {
    if (thread.life.load(std::memory_order_acquire) == Thread::Life::kEnded) release_thread(thread);
  });
}

void write_thread_end(Thread& thread) {
  const Edge edge = thread.clock.take();
  count_last_periods(thread, edge.cpu_ns - edge.stolen_ns);
  write_unblocked(thread);
  if (thread.account.any_unreported) report_losses(thread, edge, Room::kLastWords);
  write_thread_name(thread);
  try_emit<format::ThreadEnd>(
      thread, format::RecordType::kThreadEnd, [&](format::ThreadEnd& end) { end.edge = edge; },
      Room::kLastWords);
}

void release_thread(Thread& thread) {
  slots[thread.slot].store(nullptr, std::memory_order_relaxed);
  give_back(thread);
}

void leave_behind(Thread& thread) {
  thread.life.store(Thread::Life::kVanished, std::memory_order_relaxed);
  thread.generation.store(0, std::memory_order_relaxed);
  thread.next_left_behind = base::read(left_behind);
  while (!left_behind.compare_exchange_weak(thread.next_left_behind, &thread,
                                            std::memory_order_release, std::memory_order_relaxed)) {
  }
}

bool thread_is_gone(const Thread& thread) {
  constexpr int kNoSuchThread = -3;  // -ESRCH
  return base::sys::call(SYS_tgkill, base::sys::getpid(), thread.tid, 0) == kNoSuchThread;
}

}  // namespace plumbline::capture

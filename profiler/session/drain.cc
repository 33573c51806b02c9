#include "profiler/session/drain.h"

#include <limits.h>

#include <algorithm>

#include "profiler/base/clock.h"
#include "profiler/base/sys.h"
#include "profiler/capture/descriptor_kind.h"
#include "profiler/capture/names.h"
#include "profiler/capture/registry.h"
#include "profiler/session/own_thread.h"

namespace plumbline::session {

using capture::Thread;

namespace {

using Bytes = std::span<const std::byte>;

constexpr std::int64_t kMillisecond = 1'000'000;

// A file of the thread under /proc/self/task, as seen from a thread of any descriptor table.
base::FixedText<64> task_path(const Thread& thread, std::string_view file) {
  base::FixedText<64> path;
  path.append("/proc/self/task/").append_decimal(static_cast<std::uint64_t>(thread.tid));
  path.append("/").append(file);
  return path;
}

// Looked up in the table of the thread: the descriptor is the program's.
format::DescriptorKind kind_of(const Thread& thread, int descriptor) {
  base::FixedText<24> file;
  file.append("fd/").append_decimal(static_cast<std::uint64_t>(descriptor));
  return capture::descriptor_kind_at(task_path(thread, file.view()).c_str());
}

format::ThreadState state_of(const Thread& thread) {
  format::ThreadState state{};
  state.header = {format::RecordType::kThreadState, 0, sizeof state};
  // First the wait, then the clocks: a wait that begins between the two must not begin after now.
  capture::OpenWait open;
  const bool in_wait = thread.open_wait.read(open);
  state.now = thread.clock.remote_edge();
  if (!in_wait) return state;
  // The thread's own edge may be ahead of what the kernel tells others.
  state.now.wall_ns = std::max(state.now.wall_ns, open.begin.wall_ns);
  state.now.cpu_ns = std::max(state.now.cpu_ns, open.begin.cpu_ns);
  state.header.flags = format::kThreadInWait;
  state.wait_begin = open.begin;
  state.wait_span_id = open.span_id;
  state.object = open.object;
  state.owner_tid = open.owner_tid;
  state.owner_span_id = open.owner_span_id;
  state.category = open.category;
  state.operation = open.operation;
  if (open.descriptor >= 0) state.descriptor_kind = kind_of(thread, open.descriptor);
  if (open.category == format::Category::kOther) {
    state.category = capture::category_of(state.descriptor_kind);
  }
  return state;
}

std::string_view name_of(capture::SwitchWitness witness) {
  switch (witness) {
    case capture::SwitchWitness::kRseq:
      return "rseq";
    case capture::SwitchWitness::kRing:
      return "switch_ring";
    case capture::SwitchWitness::kNone:
      break;
  }
  return "thread_clock";
}

format::ThreadName name_of(const Thread& thread) {
  format::ThreadName name{};
  name.header = {format::RecordType::kThreadName, 0, sizeof name};
  const int fd = base::sys::open(task_path(thread, "comm").c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return name;
  const long bytes = base::sys::pread(fd, name.name, sizeof name.name, 0);
  if (bytes > 0) name.name[bytes - 1] = '\0';  // in place of the line end
  base::sys::close(fd);
  return name;
}

}  // namespace

bool Drain::start(const Options& options) {
  options_ = options;
  generation_ = base::read(capture::recording.generation);
  if (!start_own_thread(thread_, run, this)) return false;
  const auto* taken_over = reinterpret_cast<const std::uint32_t*>(&taken_over_);
  constexpr std::int64_t kLongNs = 1'000'000'000;
  while (taken_over_.load(std::memory_order_acquire) == 0) {
    base::sys::futex_wait(taken_over, 0, kLongNs);
  }
  if (own_descriptors_) base::sys::close(writer_.descriptor());
  return true;
}

void Drain::flush_now() {
  const std::uint32_t number = flushes_wanted_.fetch_add(1, std::memory_order_release) + 1;
  capture::recording.wake_drain();
  const auto* word = reinterpret_cast<const std::uint32_t*>(&flushes_done_);
  constexpr std::int64_t kLongestNs = 1'000'000'000;
  const std::int64_t end_ns = base::monotonic_ns() + kLongestNs;
  std::uint32_t done = flushes_done_.load(std::memory_order_acquire);
  while (static_cast<std::int32_t>(done - number) < 0 && base::monotonic_ns() < end_ns) {
    base::sys::futex_wait(word, done, kLongestNs);
    done = flushes_done_.load(std::memory_order_acquire);
  }
}

void Drain::stop() {
  stop_.store(true, std::memory_order_release);
  capture::recording.wake_drain();
  pthread_join(thread_, nullptr);
}

void* Drain::run(void* drain) {
  become_own_thread();
  static_cast<Drain*>(drain)->take_over();
  static_cast<Drain*>(drain)->loop();
  return nullptr;
}

void Drain::take_over() {
  own_descriptors_ = take_descriptors_of_its_own(writer_.descriptor());
  taken_over_.store(1, std::memory_order_release);
  base::sys::futex_wake(reinterpret_cast<const std::uint32_t*>(&taken_over_));
  trial_.start(options_.cpu_clock);
}

void Drain::loop() {
  const auto* wanted = reinterpret_cast<const std::uint32_t*>(&capture::recording.drain_wanted);
  const auto period_ns = static_cast<std::int64_t>(options_.flush_ms) * kMillisecond;
  while (!stop_.load(std::memory_order_acquire)) {
    base::sys::futex_wait(wanted, 0, period_ns);
    capture::recording.drain_wanted.exchange(0, std::memory_order_acq_rel);
    const std::uint32_t wanted_now = flushes_wanted_.load(std::memory_order_acquire);
    flush(/*last=*/false);
    if (flushes_done_.exchange(wanted_now, std::memory_order_release) == wanted_now) continue;
    base::sys::futex_wake(reinterpret_cast<const std::uint32_t*>(&flushes_done_), INT_MAX);
  }
  trial_.finish();
  flush(/*last=*/true);
  writer_.close();
}

void Drain::write_cpu_clock() {
  const CpuClockVerdict* verdict = trial_.take_decision();
  if (verdict == nullptr) return;
  records_.add_setting("cpu_clock", name_of(verdict->witness));
  const auto write_reason = [&](std::string_view key, const SwitchFlagVerdict& flag) {
    if (!flag.reason.empty()) records_.add_setting(key, flag.reason);
  };
  write_reason("cpu_clock_self_test", verdict->rseq);
  write_reason("switch_ring_self_test", verdict->ring);
}

void Drain::flush(bool last) {
  const std::int64_t begin_ns = base::monotonic_ns();
  capture::for_each_thread([&](Thread& thread) { flush_thread(thread, last); });
  modules_.look(records_);
  write_new_names();
  write_cpu_clock();
  constexpr std::uint32_t kFlushesPerCount = 10;
  if (last || ++flushes_ % kFlushesPerCount == 0) write_counters();
  records_.add_flush(begin_ns);
  records_.flush();
}

void Drain::flush_thread(Thread& thread, bool last) {
  const Thread::Life life = thread.life.load(std::memory_order_acquire);
  if (thread.generation.load(std::memory_order_acquire) != generation_) {
    // It ended without ever recording for this session, or its last words are written.
    if (life == Thread::Life::kEnded) capture::release_thread(thread);
    return;
  }
  const std::uint32_t open_wait = thread.open_wait.open_number();
  const auto pieces = thread.ring.pieces();
  const bool unchanged = life == Thread::Life::kLive && open_wait != 0 &&
                         open_wait == thread.wait_written && pieces.bytes[0] == 0;
  if (unchanged && !last) return;  // 10,000 threads that wait: 3 clock reads each were a CPU's time
  thread.wait_written = open_wait;
  const Bytes older(pieces.data[0], pieces.bytes[0]), newer(pieces.data[1], pieces.bytes[1]);
  // Looked at again after the kernel was asked: it may have ended properly just now.
  const bool gone = life == Thread::Life::kLive && capture::thread_is_gone(thread) &&
                    thread.life.load(std::memory_order_acquire) == Thread::Life::kLive;
  format::ThreadState state{};
  format::ThreadName name{};
  Bytes state_bytes, name_bytes;
  if (life == Thread::Life::kLive && !gone) {
    state = state_of(thread);
    state_bytes = std::as_bytes(std::span(&state, 1));
  }
  if (last && !state_bytes.empty()) {
    name = name_of(thread);
    name_bytes = std::as_bytes(std::span(&name, 1));
  }
  writer_.write_block(thread.index, thread.tid, std::array{older, newer, name_bytes, state_bytes});
  thread.ring.release(pieces);
  if (life != Thread::Life::kEnded && !gone) return;
  ended_.add(thread);
  if (!gone) return capture::release_thread(thread);
  ++ended_.threads_vanished;
  capture::leave_behind(thread);
}

void Drain::write_new_names() {
  const std::uint32_t limit = capture::interned_name_limit();
  if (names_written_ == 0) {
    records_.add_name(capture::kOtherName, capture::interned_name(capture::kOtherName));
    names_written_ = capture::kOtherName + 1;
  }
  for (; names_written_ < limit; ++names_written_) {
    const std::string_view text = capture::interned_name(names_written_);
    if (text.data() == nullptr) break;  // still being written: next time
    records_.add_name(names_written_, text);
  }
}

void Drain::write_counters() {
  Totals totals = ended_;
  capture::for_each_thread([&](const Thread& thread) {
    if (base::read(thread.generation) == generation_) totals.add(thread);
  });
  write_totals(totals, records_);
  // Of this thread, which is not recorded: what carrying, compressing and writing cost.
  const std::int64_t cpu_ns = base::sys::clock_ns(CLOCK_THREAD_CPUTIME_ID);
  records_.add_counter("drain.cpu_ns", static_cast<std::uint64_t>(cpu_ns));
}

}  // namespace plumbline::session

#include "profiler/capture/sample_handler.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <ucontext.h>

#include "profiler/base/sys.h"
#include "profiler/capture/emit.h"
#include "profiler/capture/sampler.h"

namespace plumbline::capture {

namespace {

struct sigaction previous_handler;

bool is_ours(const SamplerState& sampler, const Thread& thread, const siginfo_t& info) {
  switch (sampler.kind) {
    case SamplerKind::kPerfTaskClock:
      return info.si_code > 0 && info.si_code < SI_KERNEL && info.si_fd == sampler.perf.fd();
    case SamplerKind::kThreadCpuTimer:
      return info.si_code == SI_TIMER && info.si_value.sival_ptr == &thread;
    case SamplerKind::kNone:
      return false;
  }
  return false;
}

bool is_self_test(const siginfo_t& info) {
  return info.si_code == SI_QUEUE && info.si_value.sival_ptr == &recording;
}

void pass_on(int signal_number, siginfo_t* info, void* context) {
  if (is_self_test(*info)) return;
  recording.foreign_signals.fetch_add(1, std::memory_order_relaxed);
  if ((previous_handler.sa_flags & SA_SIGINFO) != 0) {
    previous_handler.sa_sigaction(signal_number, info, context);
  } else if (previous_handler.sa_handler != SIG_DFL && previous_handler.sa_handler != SIG_IGN) {
    previous_handler.sa_handler(signal_number);
  }
}

void start_next_period(SamplerState& sampler) {
  sampler.period_ns =
      sampler.random.jittered(static_cast<std::uint64_t>(recording.sample_period_ns));
  if (sampler.kind == SamplerKind::kPerfTaskClock) {
    base::sys::ioctl(sampler.perf.fd(), PERF_EVENT_IOC_PERIOD, &sampler.period_ns);
  } else {
    arm_timer(sampler);
  }
}

Registers registers_at(const ucontext_t& context) {
  const auto& saved = context.uc_mcontext.gregs;
  return {static_cast<std::uintptr_t>(saved[REG_RIP]), static_cast<std::uintptr_t>(saved[REG_RSP]),
          static_cast<std::uintptr_t>(saved[REG_RBP])};
}

// True when the signal made a system call give up: it is about to return EINTR. The registers are
// those of the instruction behind `syscall` (0f 05).
bool interrupted_a_call(const ucontext_t& context) {
  const auto& saved = context.uc_mcontext.gregs;
  if (saved[REG_RAX] != -EINTR) return false;
  const auto* code = reinterpret_cast<const unsigned char*>(saved[REG_RIP]);
  return code[-2] == 0x0f && code[-1] == 0x05;
}

void take_sample(Thread& thread, const ucontext_t& context, std::uint64_t period_ns) {
  const Edge edge = thread.clock.take();
  auto* record = start_record<format::Sample>(thread, format::RecordType::kSample, Kind::kSample,
                                              format::kMaxFrames * sizeof(std::uint64_t));
  if (record == nullptr) return;
  auto* frames = reinterpret_cast<std::uint64_t*>(record + 1);
  const Walk walk = walk_stack(registers_at(context), thread.stack, frames, format::kMaxFrames);
  record->header.flags = thread.in_hook ? format::kSampleInHook : 0;
  record->wall_ns = edge.wall_ns;
  record->cpu_ns = edge.cpu_ns - edge.stolen_ns;
  record->hook_cpu_ns = thread.hook_cpu_ns;
  record->period_ns = static_cast<std::int64_t>(period_ns);
  record->span_id = thread.active.span_id;
  record->frame_count = walk.frame_count;
  record->stack_end = walk.end;
  record->header.size_bytes =
      format::padded_size(sizeof(format::Sample), walk.frame_count * sizeof(std::uint64_t));
  finish_record(thread, record->header.size_bytes);
}

}  // namespace

void arm_timer(SamplerState& sampler) {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  itimerspec next{};
  next.it_value = {static_cast<time_t>(sampler.period_ns / kSecond),
                   static_cast<long>(sampler.period_ns % kSecond)};
  base::sys::call(SYS_timer_settime, sampler.timer_id, 0, base::sys::address(&next), 0);
}

void on_sample_signal(int signal_number, siginfo_t* info, void* context) {
  Thread* thread = current_thread;
  if (thread == nullptr || !is_ours(thread->sampler, *thread, *info)) {
    return pass_on(signal_number, info, context);
  }
  const auto& interrupted = *static_cast<const ucontext_t*>(context);
  if (interrupted_a_call(interrupted)) thread->interrupted_call = true;
  const std::uint32_t generation = base::read(recording.generation);
  if (generation == 0 || base::read(thread->generation) != generation) return;
  const std::uint64_t period_ns = thread->sampler.period_ns;
  start_next_period(thread->sampler);
  if (thread->clock.busy() || thread->ring.writing()) {
    count_dropped(*thread, Kind::kSample, /*reentry=*/true);
    return;
  }
  take_sample(*thread, interrupted, period_ns);
}

siginfo_t self_test_signal() {
  siginfo_t info{};
  info.si_signo = kSampleSignal;
  info.si_code = SI_QUEUE;
  info.si_pid = base::sys::getpid();
  info.si_value.sival_ptr = &recording;
  return info;
}

bool install_sample_handler() {
  static bool installed = false;
  if (installed) return true;
  struct sigaction action {};
  action.sa_sigaction = on_sample_signal;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  sigemptyset(&action.sa_mask);
  installed = ::sigaction(kSampleSignal, &action, &previous_handler) == 0;
  return installed;
}

}  // namespace plumbline::capture

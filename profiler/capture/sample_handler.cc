// The program's action for our signal is kept here, since the kernel has room for one only. Several
// slots, so that a handler that copies one is not overtaken by a program that sets another.
#include "profiler/capture/sample_handler.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <ucontext.h>

#include <algorithm>

#include "profiler/base/clock.h"
#include "profiler/base/sys.h"
#include "profiler/capture/emit.h"
#include "profiler/capture/sampler.h"
#include "profiler/capture/stack_walk.h"

namespace plumbline::capture {

namespace {

constexpr std::uint32_t kActionSlots = 16;
struct sigaction program_actions[kActionSlots];
std::atomic<std::uint32_t> current_action{0};
std::atomic<std::uint32_t> actions_set{0};
std::atomic<bool> installed{false};

// glibc's own sigaction by its other name: the usual one is hooked.
extern "C" int __sigaction(int number, const struct sigaction* action, struct sigaction* before);

void set_program_action(const struct sigaction& action) {
  const std::uint32_t slot =
      (actions_set.fetch_add(1, std::memory_order_relaxed) + 1) % kActionSlots;
  program_actions[slot] = action;
  // Release pairs with the acquire in program_action(): the slot is written.
  current_action.store(slot, std::memory_order_release);
}

struct sigaction program_action() {
  return program_actions[current_action.load(std::memory_order_acquire)];
}

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

using SignalMask = std::uint64_t;  // the kernel's

long change_mask(int how, const SignalMask* mask, SignalMask* before) {
  return base::sys::call(SYS_rt_sigprocmask, how, base::sys::address(mask),
                         base::sys::address(before), sizeof(SignalMask));
}

// As the kernel would call it: SA_RESETHAND before, the mask during. (Its SA_RESTART and
// SA_ONSTACK are ours while we stand in front.)
void call_program_handler(const struct sigaction& action, int signal_number, siginfo_t* info,
                          void* context) {
  const auto flags = static_cast<unsigned>(action.sa_flags);
  if ((flags & SA_RESETHAND) != 0) set_program_action({});
  SignalMask mask = 0, before = 0;
  __builtin_memcpy(&mask, &action.sa_mask, sizeof mask);
  if ((action.sa_flags & SA_NODEFER) == 0) mask |= SignalMask{1} << (signal_number - 1);
  const auto& interrupted = *static_cast<const ucontext_t*>(context);
  SignalMask at_interruption = 0;
  __builtin_memcpy(&at_interruption, &interrupted.uc_sigmask, sizeof at_interruption);
  mask |= at_interruption;
  change_mask(SIG_SETMASK, &mask, &before);
  if ((action.sa_flags & SA_SIGINFO) != 0) {
    action.sa_sigaction(signal_number, info, context);
  } else {
    action.sa_handler(signal_number);
  }
  change_mask(SIG_SETMASK, &before, nullptr);
}

// For a program that believes to block the signal: it waits, now blocked indeed, for the thread
// that takes it. One sent to this thread stays this thread's. The kernel lets nobody send the
// others under their own code: they come as SI_QUEUE.
void put_off(int signal_number, siginfo_t* info, void* context) {
  using base::sys::address;
  auto& interrupted = *static_cast<ucontext_t*>(context);
  sigaddset(&interrupted.uc_sigmask, signal_number);
  const int pid = base::sys::getpid();
  if (info->si_code == SI_TKILL) {
    base::sys::call(SYS_rt_tgsigqueueinfo, pid, base::sys::gettid(), signal_number, address(info));
    return;
  }
  if (info->si_code >= 0) info->si_code = SI_QUEUE;
  base::sys::call(SYS_rt_sigqueueinfo, pid, signal_number, address(info));
}

// True when the program's handler ran.
bool pass_on(int signal_number, siginfo_t* info, void* context) {
  if (current_thread != nullptr && current_thread->blocks_sample_signal) {
    put_off(signal_number, info, context);
    return false;
  }
  recording.foreign_signals.fetch_add(1, std::memory_order_relaxed);
  const struct sigaction action = program_action();
  if (action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN) return false;
  if (current_thread != nullptr) ++current_thread->program_handlers_run;
  call_program_handler(action, signal_number, info, context);
  return true;
}

// True when the signal made a system call give up: it is about to return EINTR. The registers are
// those of the instruction behind `syscall` (0f 05).
bool interrupted_a_call(const ucontext_t& context) {
  const auto& saved = context.uc_mcontext.gregs;
  if (saved[REG_RAX] != -EINTR) return false;
  const auto* code = reinterpret_cast<const unsigned char*>(saved[REG_RIP]);
  return code[-2] == 0x0f && code[-1] == 0x05;
}

// True when a signal of the program waits to be delivered: it came with ours, and the call that
// both interrupted must return EINTR. (All signals are blocked while our handler runs.)
bool another_signal_waits(const ucontext_t& context) {
  SignalMask pending = 0, blocked = 0;
  base::sys::call(SYS_rt_sigpending, base::sys::address(&pending), sizeof pending);
  __builtin_memcpy(&blocked, &context.uc_sigmask, sizeof blocked);
  return (pending & ~blocked & ~(SignalMask{1} << (kSampleSignal - 1))) != 0;
}

// Perf goes on by itself with the period that it has, along the thread's CPU, however late a
// signal comes. Ends of periods that went by lay in the kernel. It is given a new period now and
// then (kSamplesPerPeriod), from here on; what the last signal came late is the old one's.
void go_on_by_perf(SamplerState& sampler, std::int64_t cpu_ns) {
  const auto period_ns = static_cast<std::int64_t>(sampler.period_ns);
  const std::int64_t late_ns = std::max<std::int64_t>(0, cpu_ns - sampler.due_cpu_ns);
  const std::int64_t missed = late_ns / period_ns;
  SamplingFigures& figures = sampler.figures;
  base::add(figures.unseen, static_cast<std::uint64_t>(missed));
  base::add(figures.asked_ns, static_cast<std::uint64_t>((missed + 1) * period_ns));
  sampler.due_cpu_ns += (missed + 1) * period_ns;
  if (--sampler.samples_left > 0) return;
  base::add(figures.asked_ns, static_cast<std::uint64_t>(late_ns % period_ns));
  draw_period(sampler);
  sampler.due_cpu_ns = cpu_ns + static_cast<std::int64_t>(sampler.period_ns);
  base::sys::ioctl(sampler.perf.fd(), PERF_EVENT_IOC_PERIOD, &sampler.period_ns);
}

// The timer's periods are drawn one behind the other along the thread's CPU time, so that a signal
// that waits for the tick does not put off those that follow. Ends of periods that went by, or are
// too near to be met, are counted, not made up for.
void go_on_by_timer(SamplerState& sampler, const siginfo_t& info, std::int64_t cpu_ns) {
  const auto mean_ns = static_cast<std::int64_t>(mean_period_ns());
  // What the kernel counted itself; it went on with the interval of the timer.
  std::int64_t missed = std::max(info.si_overrun, 0);
  std::int64_t missed_ns = missed * static_cast<std::int64_t>(sampler.interval_ns);
  const std::int64_t soonest_ns = cpu_ns + mean_ns / 4;
  if (const std::int64_t whole = (cpu_ns - sampler.due_cpu_ns - missed_ns) / mean_ns; whole > 1) {
    missed += whole;
    missed_ns += whole * mean_ns;
  }
  base::add(sampler.figures.asked_ns, sampler.period_ns);
  std::int64_t due_ns = sampler.due_cpu_ns + missed_ns;
  draw_period(sampler);
  while (due_ns + static_cast<std::int64_t>(sampler.period_ns) < soonest_ns) {
    due_ns += static_cast<std::int64_t>(sampler.period_ns);
    missed_ns += static_cast<std::int64_t>(sampler.period_ns);
    ++missed;
    draw_period(sampler);
  }
  base::add(sampler.figures.overruns, static_cast<std::uint64_t>(missed));
  base::add(sampler.figures.asked_ns, static_cast<std::uint64_t>(missed_ns));
  sampler.due_cpu_ns = due_ns + static_cast<std::int64_t>(sampler.period_ns);
  arm_timer(sampler, static_cast<std::uint64_t>(sampler.due_cpu_ns - cpu_ns));
}

void start_next_period(SamplerState& sampler, const siginfo_t& info, std::int64_t cpu_ns) {
  if (sampler.kind == SamplerKind::kPerfTaskClock) {
    go_on_by_perf(sampler, cpu_ns);
  } else {
    go_on_by_timer(sampler, info, cpu_ns);
  }
}

// Where the thread's clocks must not be read: as if the signal had come when it was due.
void start_next_period_blindly(SamplerState& sampler) {
  base::add(sampler.figures.asked_ns, sampler.period_ns);
  if (sampler.kind == SamplerKind::kPerfTaskClock) {
    --sampler.samples_left;
  } else {
    draw_period(sampler);
    arm_timer(sampler, sampler.period_ns);
  }
  sampler.due_cpu_ns += static_cast<std::int64_t>(sampler.period_ns);
}

void take_sample(Thread& thread, const ucontext_t& context, const EdgeClock::Moment& now,
                 std::uint64_t period_ns) {
  auto* record = start_record<format::Sample>(thread, format::RecordType::kSample, Kind::kSample,
                                              format::kMaxFrames * sizeof(std::uint64_t));
  if (record == nullptr) return;
  auto* frames = reinterpret_cast<std::uint64_t*>(record + 1);
  const unwind::Walk walk = walk_interrupted(thread, context, frames);
  record->header.flags = thread.in_hook ? format::kSampleInHook : 0;
  record->wall_ns = now.wall_ns;
  record->cpu_ns = now.cpu_ns;
  record->hook_cpu_ns = thread.hook_cpu_ns;
  record->period_ns = static_cast<std::int64_t>(period_ns);
  record->span_id = thread.shown.active_span_id();
  record->frame_count = walk.frame_count;
  record->stack_end = walk.end;
  finish_record(thread, *record, walk.frame_count * sizeof(std::uint64_t));
}

// A longer stay was not ours: the CPU was taken away meanwhile.
void count_own_ticks(SamplingFigures& figures, std::uint64_t ticks) {
  constexpr std::uint64_t kMostTicks = 1'000'000;  // some 300 us
  base::add(figures.handler_ticks, std::min(ticks, kMostTicks));
}

// A signal of our own clock.
void sample(Thread& thread, const siginfo_t& info, const ucontext_t& context,
            std::uint64_t begin_tick) {
  const std::uint32_t generation = base::read(recording.generation);
  if (generation == 0 || base::read(thread.generation) != generation) return;
  SamplerState& sampler = thread.sampler;
  base::add(sampler.figures.signals);
  if (thread.clock.busy()) {
    count_dropped(thread, Kind::kSample, /*reentry=*/true);
    start_next_period_blindly(sampler);
  } else {
    const std::uint64_t period_ns = sampler.period_ns;
    const EdgeClock::Moment now = thread.clock.moment();
    start_next_period(sampler, info, now.cpu_ns);
    take_sample(thread, context, now, period_ns);
  }
  count_own_ticks(sampler.figures, base::ticks() - begin_tick);
}

}  // namespace

// Periodic, so that the kernel counts the expiries for which it has no signal. By the mean: whole
// periods that pass are as long as that, whatever is left of the present one.
void arm_timer(SamplerState& sampler, std::uint64_t from_now_ns) {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  const auto as_timespec = [](std::uint64_t ns) {
    return timespec{static_cast<time_t>(ns / kSecond), static_cast<long>(ns % kSecond)};
  };
  sampler.interval_ns = mean_period_ns();
  const itimerspec next{as_timespec(sampler.interval_ns), as_timespec(from_now_ns)};
  base::sys::call(SYS_timer_settime, sampler.timer_id, 0, base::sys::address(&next), 0);
}

void on_sample_signal(int signal_number, siginfo_t* info, void* context) {
  const std::uint64_t begin_tick = base::ticks();
  Thread* thread = current_thread;
  const auto& interrupted = *static_cast<const ucontext_t*>(context);
  const bool ours = thread != nullptr && is_ours(thread->sampler, *thread, *info);
  // One that the program ignores does not interrupt a call without us either.
  const bool seen_by_program = !ours && pass_on(signal_number, info, context);
  if (thread != nullptr && !seen_by_program && interrupted_a_call(interrupted) &&
      !another_signal_waits(interrupted)) {
    thread->interrupted_call = true;
  }
  if (ours) sample(*thread, *info, interrupted, begin_tick);
}

bool is_own_signal(const siginfo_t& info) {
  const Thread* thread = current_thread;
  return info.si_signo == kSampleSignal && thread != nullptr &&
         is_ours(thread->sampler, *thread, info);
}

bool exchange_program_action(const struct sigaction* action, struct sigaction* before) {
  if (!installed.load(std::memory_order_acquire)) return false;
  const struct sigaction present = program_action();
  if (action != nullptr) set_program_action(*action);
  if (before != nullptr) *before = present;
  return true;
}

// All signals but those of a crash wait while the handler runs: see another_signal_waits.
bool install_sample_handler() {
  if (installed.load(std::memory_order_relaxed)) return true;
  struct sigaction action {
  }, before{};
  action.sa_sigaction = on_sample_signal;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  sigfillset(&action.sa_mask);
  for (const int crash : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT}) {
    sigdelset(&action.sa_mask, crash);
  }
  if (__sigaction(kSampleSignal, nullptr, &before) != 0) return false;
  set_program_action(before);
  if (__sigaction(kSampleSignal, &action, nullptr) != 0) return false;
  // Release pairs with the acquire in exchange_program_action.
  installed.store(true, std::memory_order_release);
  return true;
}

}  // namespace plumbline::capture

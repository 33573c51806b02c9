#include "profiler/capture/sampler.h"

#include <signal.h>

#include <algorithm>

#include "profiler/base/counter.h"
#include "profiler/base/perf_event.h"
#include "profiler/base/sys.h"
#include "profiler/capture/sample_handler.h"

namespace plumbline::capture {

namespace {

// Setting a period takes 9 us, since the kernel stops and starts a timer: with a new one for each
// sample that was four fifths of the handler. One for four samples is nearly as good, because any
// two places with the same random step are independent. Simulated RMS error over sqrt(p(1-p)/n)
// with 1, 4 and 8 samples a period, worst of ten cycle lengths from 0.1 to 10 periods: 1.02, 1.06,
// 1.09; in step with the sampler: 1.00, 0.99, 1.01.
constexpr int kSamplesPerPeriod = 4;

using base::sys::address;
using base::sys::call;

int open_task_clock(std::uint64_t period_ns) {
  perf_event_attr attributes = base::user_mode_event(PERF_COUNT_SW_TASK_CLOCK);
  attributes.sample_period = period_ns;
  attributes.disabled = 1;
  attributes.wakeup_events = 1;
  return base::open_on_this_thread(attributes);
}

bool attach_perf(Thread& thread) {
  SamplerState& sampler = thread.sampler;
  base::OwnFile perf(open_task_clock(sampler.period_ns));
  const int fd = perf.fd();
  if (fd < 0) return false;
  const f_owner_ex owner{F_OWNER_TID, thread.tid};
  const bool ready = base::sys::fcntl(fd, F_SETOWN_EX, address(&owner)) == 0 &&
                     base::sys::fcntl(fd, F_SETSIG, kSampleSignal) == 0 &&
                     base::sys::fcntl(fd, F_SETFL, O_ASYNC | O_NONBLOCK) == 0;
  if (!ready) {
    perf.close();
    return false;
  }
  sampler.perf = perf;
  sampler.kind = SamplerKind::kPerfTaskClock;
  if (base::sys::ioctl(fd, PERF_EVENT_IOC_ENABLE, nullptr) == 0) return true;
  sampler.perf.close();
  return false;
}

bool attach_timer(Thread& thread) {
  SamplerState& sampler = thread.sampler;
  sigevent event{};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = kSampleSignal;
  event.sigev_value.sival_ptr = &thread;
  event._sigev_un._tid = thread.tid;
  int timer_id = -1;
  if (call(SYS_timer_create, CLOCK_THREAD_CPUTIME_ID, address(&event), address(&timer_id)) != 0) {
    return false;
  }
  sampler.timer_id = timer_id;
  sampler.kind = SamplerKind::kThreadCpuTimer;
  arm_timer(sampler, sampler.period_ns);
  return true;
}

// With perf's descriptors in the upper half of what the program may open, and no room left there,
// the thread takes the timer, which needs none.
bool attach(Thread& thread) {
  switch (recording.sampler) {
    case SamplerKind::kPerfTaskClock:
      if (attach_perf(thread)) return true;
      recording.threads_without_perf.fetch_add(1, std::memory_order_relaxed);
      return attach_timer(thread);
    case SamplerKind::kThreadCpuTimer:
      return attach_timer(thread);
    case SamplerKind::kNone:
      return true;
  }
  return false;
}

}  // namespace

std::uint64_t mean_period_ns() {
  constexpr std::int64_t kShortestNs = 100'000;
  return static_cast<std::uint64_t>(std::max(base::read(recording.sample_period_ns), kShortestNs));
}

void draw_period(SamplerState& sampler) {
  sampler.period_ns = sampler.random.jittered(mean_period_ns());
  sampler.samples_left = kSamplesPerPeriod;
}

SamplerKind best_sampler() {
  constexpr std::uint64_t kAnyPeriodNs = 1'000'000'000;
  const int fd = open_task_clock(kAnyPeriodNs);
  if (fd < 0) return SamplerKind::kThreadCpuTimer;
  base::sys::close(fd);
  return SamplerKind::kPerfTaskClock;
}

bool open_sample_signal() {
  constexpr std::uint64_t kOurs = std::uint64_t{1} << (kSampleSignal - 1);
  std::uint64_t before = 0;
  call(SYS_rt_sigprocmask, SIG_UNBLOCK, address(&kOurs), address(&before), sizeof before);
  return (before & kOurs) != 0;
}

bool attach_sampler(Thread& thread) {
  SamplerState& sampler = thread.sampler;
  sampler.random.seed(thread.random.next());
  draw_period(sampler);
  if (recording.sampler != SamplerKind::kNone) {
    const Edge edge = thread.clock.take();
    sampler.due_cpu_ns =
        edge.cpu_ns - edge.stolen_ns + static_cast<std::int64_t>(sampler.period_ns);
  }
  const bool attached = attach(thread);
  // No signal is worth counting before: the handler asks for a sampler that is attached.
  sampler.figures.clock.store(sampler.kind, std::memory_order_relaxed);
  return attached;
}

void count_last_periods(Thread& thread, std::int64_t cpu_ns) {
  SamplerState& sampler = thread.sampler;
  SamplingFigures& figures = sampler.figures;
  if (sampler.kind != SamplerKind::kNone || sampler.due_cpu_ns < 0 || cpu_ns < sampler.due_cpu_ns) {
    return;
  }
  const std::uint64_t mean_ns = mean_period_ns();
  const std::uint64_t more = static_cast<std::uint64_t>(cpu_ns - sampler.due_cpu_ns) / mean_ns;
  const bool on_tick = base::read(figures.clock) == SamplerKind::kThreadCpuTimer;
  base::add(on_tick ? figures.overruns : figures.unseen, 1 + more);
  base::add(figures.asked_ns, sampler.period_ns + more * mean_ns);
  sampler.due_cpu_ns = INT64_MAX;  // once
}

void silence_sampler(Thread& thread) {
  const SamplerState& sampler = thread.sampler;
  if (sampler.perf.still_ours()) {
    base::sys::ioctl(sampler.perf.fd(), PERF_EVENT_IOC_DISABLE, nullptr);
  }
  if (sampler.timer_id >= 0) {
    const itimerspec never{};
    call(SYS_timer_settime, sampler.timer_id, 0, address(&never), 0);
  }
}

void detach_sampler(Thread& thread) {
  SamplerState& sampler = thread.sampler;
  sampler.kind = SamplerKind::kNone;
  // A timer that outlives its thread stays for the life of the process and counts against
  // RLIMIT_SIGPENDING.
  if (sampler.timer_id >= 0) call(SYS_timer_delete, sampler.timer_id);
  sampler.timer_id = -1;
  sampler.perf.close();
}

}  // namespace plumbline::capture

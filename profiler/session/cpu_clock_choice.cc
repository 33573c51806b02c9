#include "profiler/session/cpu_clock_choice.h"

#include "profiler/base/counter.h"
#include "profiler/base/sys.h"
#include "profiler/capture/edge_clock.h"
#include "profiler/session/own_thread.h"

namespace plumbline::session {

namespace {

constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kOldestFlagNs = kMillisecond;

// Of the last test that came to its end. Written by the thread that tests.
SwitchFlagVerdict known_verdict;
std::atomic<bool> verdict_is_known{false};

SwitchFlagVerdict try_switch_flag(const std::atomic<bool>& abandoned) {
  if (!base::ticks_are_reliable()) return {false, "no reliable time-stamp counter"};
  auto& mode = capture::edge_clock_mode;
  const base::TickAnchor first = base::read_tick_anchor();
  base::sys::sleep_ns(2 * kMillisecond);  // scale good to some parts in a million
  const SwitchFlagVerdict verdict = test_switch_flag(abandoned);
  mode.scale.set(first, base::read_tick_anchor());
  mode.max_age_ticks.store(mode.scale.to_ticks(kOldestFlagNs), std::memory_order_relaxed);
  return verdict;
}

}  // namespace

void CpuClockTrial::start(CpuClockChoice choice) {
  capture::edge_clock_mode.flag_trusted.store(false, std::memory_order_relaxed);
  if (choice == CpuClockChoice::kThreadClock) {
    return adopt({false, "switched off by cpu_clock=thread"});
  }
  if (verdict_is_known.load(std::memory_order_acquire)) return adopt(known_verdict);
  started_ = start_own_thread(thread_, run, this);
  if (!started_) decided_.store(true, std::memory_order_release);
}

void CpuClockTrial::finish() {
  abandoned_.store(true, std::memory_order_relaxed);
  if (started_) pthread_join(thread_, nullptr);
  started_ = false;
}

const SwitchFlagVerdict* CpuClockTrial::take_decision() {
  if (taken_ || !decided_.load(std::memory_order_acquire)) return nullptr;
  taken_ = true;
  return &verdict_;
}

void* CpuClockTrial::run(void* trial) {
  become_own_thread();
  static_cast<CpuClockTrial*>(trial)->decide();
  return nullptr;
}

void CpuClockTrial::decide() {
  const SwitchFlagVerdict verdict = try_switch_flag(abandoned_);
  if (!base::read(abandoned_)) {
    known_verdict = verdict;
    verdict_is_known.store(true, std::memory_order_release);
  }
  adopt(verdict);
}

void CpuClockTrial::adopt(const SwitchFlagVerdict& verdict) {
  verdict_ = verdict;
  // Release: threads that trust the flag see the scale and the age limit.
  capture::edge_clock_mode.flag_trusted.store(verdict_.trusted, std::memory_order_release);
  decided_.store(true, std::memory_order_release);
}

}  // namespace plumbline::session

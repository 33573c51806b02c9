#include "profiler/session/cpu_clock_choice.h"

#include "profiler/base/counter.h"
#include "profiler/base/sys.h"
#include "profiler/capture/edge_clock.h"
#include "profiler/session/own_thread.h"

namespace plumbline::session {

namespace {

using capture::edge_clock_mode;
using capture::SwitchWitness;

constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kOldestFlagNs = kMillisecond;

// What the last trial that came to its end found, for which choice. Written by the thread that
// tests; the atomic comes last.
struct Known {
  CpuClockVerdict verdict;
  CpuClockChoice choice{};
  base::TickAnchor first, second;  // of the tick scale
};
Known known;
std::atomic<bool> something_is_known{false};

CpuClockVerdict try_flags(CpuClockChoice choice, const std::atomic<bool>& abandoned) {
  CpuClockVerdict verdict;
  if (!base::ticks_are_reliable()) {
    verdict.rseq.reason = "no reliable time-stamp counter";
    return verdict;
  }
  if (choice != CpuClockChoice::kRing) {
    verdict.rseq = test_switch_flag(SwitchWitness::kRseq, abandoned);
    if (verdict.rseq.trusted) verdict.witness = SwitchWitness::kRseq;
  }
  if (choice != CpuClockChoice::kRseq && !verdict.rseq.trusted) {
    verdict.ring = test_switch_flag(SwitchWitness::kRing, abandoned);
    if (verdict.ring.trusted) verdict.witness = SwitchWitness::kRing;
  }
  return verdict;
}

// Forked children must not look at the rings of their parent: see EdgeClockMode.
bool wipe_mode_in_children() {
  return base::sys::call(SYS_madvise, base::sys::address(&edge_clock_mode), sizeof edge_clock_mode,
                         MADV_WIPEONFORK) == 0;
}

void trust(const CpuClockVerdict& verdict) {
  edge_clock_mode.scale.set(known.first, known.second);
  edge_clock_mode.max_age_ticks.store(edge_clock_mode.scale.to_ticks(kOldestFlagNs),
                                      std::memory_order_relaxed);
  // Release: threads that trust the flag see the scale and the age limit.
  edge_clock_mode.witness.store(verdict.witness, std::memory_order_release);
}

}  // namespace

void stop_trusting_switch_flags() {
  edge_clock_mode.witness.store(SwitchWitness::kNone, std::memory_order_relaxed);
  edge_clock_mode.max_age_ticks.store(0, std::memory_order_release);
}

void CpuClockTrial::start(CpuClockChoice choice) {
  choice_ = choice;
  stop_trusting_switch_flags();
  if (choice == CpuClockChoice::kThreadClock) {
    CpuClockVerdict verdict;
    verdict.rseq.reason = "switched off by cpu_clock=thread";
    return adopt(verdict);
  }
  if (something_is_known.load(std::memory_order_acquire) && known.choice == choice) {
    return adopt(known.verdict);
  }
  started_ = start_own_thread(thread_, run, this);
  if (!started_) decided_.store(true, std::memory_order_release);
}

void CpuClockTrial::finish() {
  abandoned_.store(true, std::memory_order_relaxed);
  if (started_) pthread_join(thread_, nullptr);
  started_ = false;
}

const CpuClockVerdict* CpuClockTrial::take_decision() {
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
  const base::TickAnchor first = base::read_tick_anchor();
  base::sys::sleep_ns(2 * kMillisecond);  // scale good to some parts in a million
  CpuClockVerdict verdict = try_flags(choice_, abandoned_);
  if (base::read(abandoned_)) {
    verdict.witness = SwitchWitness::kNone;
    return adopt(verdict);
  }
  if (verdict.witness == SwitchWitness::kRing && !wipe_mode_in_children()) {
    verdict.witness = SwitchWitness::kNone;
    verdict.ring = {false, "nothing that keeps forked children from it"};
  }
  known = {verdict, choice_, first, base::read_tick_anchor()};
  something_is_known.store(true, std::memory_order_release);
  adopt(verdict);
}

void CpuClockTrial::adopt(const CpuClockVerdict& verdict) {
  verdict_ = verdict;
  if (verdict.witness != SwitchWitness::kNone) trust(verdict);
  decided_.store(true, std::memory_order_release);
}

}  // namespace plumbline::session

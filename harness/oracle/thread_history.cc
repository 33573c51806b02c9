#include "harness/oracle/thread_history.h"

#include <algorithm>
#include <array>
#include <optional>

namespace plumbline::harness::oracle {
namespace {

// A thread can be woken after it left the run queue and before its switch is recorded.
constexpr std::int64_t kWokenWhileLeavingNs = 100'000;

class HistoryBuilder {
 public:
  void add(const KernelEvent& event) {
    if (event.process != 0) history.process = event.process;
    switch (event.kind) {
      case KernelEventKind::kSwitchedIn:
        switch_in(event);
        break;
      case KernelEventKind::kPreempted:
        switch_out(event, ThreadState::kQueued);
        break;
      case KernelEventKind::kBlocked:
        switch_out(event, ThreadState::kBlocked);
        break;
      case KernelEventKind::kWaking:
        if (state_ == ThreadState::kBlocked) change(event.when_ns, ThreadState::kWaking);
        woken_ns_ = event.when_ns;
        break;
      case KernelEventKind::kEnqueued:
        if (is_off_and_asleep()) change(event.when_ns, ThreadState::kQueued);
        woken_ns_ = event.when_ns;
        break;
      case KernelEventKind::kCallBegins:
        begin_call(event);
        break;
      case KernelEventKind::kCallEnds:
        end_call();
        break;
    }
  }

  ThreadHistory history;

 private:
  void switch_in(const KernelEvent& event) {
    if (state_ == ThreadState::kRunning && since_ns_) {
      ++history.holes["switched in, but was not out"];
    }
    const bool was_off = since_ns_ && left_ns_ && blocked_;
    if (was_off && (!woken_ns_ || *woken_ns_ < *left_ns_ - kWokenWhileLeavingNs)) {
      ++history.holes["woke up, but was not woken"];
    }
    woken_ns_.reset();  // what woke it has done its work
    change(event.when_ns, ThreadState::kRunning);
  }

  void switch_out(const KernelEvent& event, ThreadState to) {
    if (state_ != ThreadState::kRunning) ++history.holes["switched out, but was not in"];
    change(event.when_ns, to);
    left_ns_ = event.when_ns;
    blocked_ = to == ThreadState::kBlocked;
  }

  bool is_off_and_asleep() const {
    return state_ == ThreadState::kBlocked || state_ == ThreadState::kWaking;
  }

  void begin_call(const KernelEvent& event) {
    if (call_) ++history.holes["a system call began inside another"];
    call_ = event;
    any_call_ = true;
  }

  void end_call() {
    // A thread's first is the end of the call that made it.
    if (!call_ && any_call_) ++history.holes["a system call ended that had not begun"];
    call_.reset();
    any_call_ = true;
  }

  void change(std::int64_t when_ns, ThreadState to) {
    if (since_ns_) {
      Stretch stretch{*since_ns_, when_ns, state_};
      if (state_ == ThreadState::kBlocked && call_) {
        stretch.call = call_->call;
        stretch.argument = call_->value;
      }
      history.stretches.push_back(stretch);
    }
    since_ns_ = when_ns;
    state_ = to;
  }

  ThreadState state_ = ThreadState::kRunning;
  std::optional<std::int64_t> since_ns_, left_ns_, woken_ns_;
  bool blocked_ = false;
  bool any_call_ = false;
  std::optional<KernelEvent> call_;
};

bool is_of_a_switch_or_call(const KernelEvent& event) { return event.process != 0; }

}  // namespace

std::vector<Stretch>::const_iterator ThreadHistory::at(std::int64_t when_ns) const {
  return std::upper_bound(
      stretches.begin(), stretches.end(), when_ns,
      [](std::int64_t when, const Stretch& stretch) { return when < stretch.end_ns; });
}

StateTimes ThreadHistory::times(std::int64_t begin_ns, std::int64_t end_ns) const {
  std::array<std::int64_t, 4> sums{};
  for (auto stretch = at(begin_ns); stretch != stretches.end() && stretch->begin_ns < end_ns;
       ++stretch) {
    sums[static_cast<std::size_t>(stretch->state)] +=
        std::min(stretch->end_ns, end_ns) - std::max(stretch->begin_ns, begin_ns);
  }
  return {sums[0], sums[1], sums[2], sums[3]};
}

std::int64_t ThreadHistory::beginning(ThreadState state, std::int64_t begin_ns,
                                      std::int64_t end_ns) const {
  return std::count_if(at(begin_ns), stretches.end(), [&](const Stretch& stretch) {
    return stretch.state == state && stretch.begin_ns >= begin_ns && stretch.begin_ns < end_ns;
  });
}

std::int64_t ThreadHistory::blocks(std::int64_t begin_ns, std::int64_t end_ns) const {
  return beginning(ThreadState::kBlocked, begin_ns, end_ns);
}

std::int64_t ThreadHistory::switches_in(std::int64_t begin_ns, std::int64_t end_ns) const {
  return beginning(ThreadState::kRunning, begin_ns, end_ns);
}

std::map<std::int32_t, ThreadHistory> thread_histories(const KernelTrace& trace) {
  std::map<std::int32_t, HistoryBuilder> builders;
  for (const KernelEvent& event : trace.events) {
    // Wake-ups are the whole machine's: those of other programs, and of threads yet to come.
    if (is_of_a_switch_or_call(event) || builders.contains(event.tid)) {
      builders[event.tid].add(event);
    }
  }
  std::map<std::int32_t, ThreadHistory> histories;
  for (auto& [tid, builder] : builders) histories[tid] = std::move(builder.history);
  return histories;
}

}  // namespace plumbline::harness::oracle

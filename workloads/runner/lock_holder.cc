#include "workloads/runner/lock_holder.h"

#include <string>

#include "workloads/clock.h"
#include "workloads/runner/thread_identity.h"

namespace plumbline::workloads {

LockHolder::LockHolder(std::size_t number) : thread_([this, number] { hold_by_turns(number); }) {
  rearm();
}

LockHolder::~LockHolder() {
  ending_.store(true, std::memory_order_release);  // pairs with the loads in hold_by_turns
  go_.post();
  arm_.post();
  thread_.join();
}

void LockHolder::hold_by_turns(std::size_t number) {
  set_thread_identity("holder-" + std::to_string(number));
  for (;;) {
    arm_.wait();
    if (ending_.load(std::memory_order_acquire)) return;
    const std::lock_guard<std::mutex> held(mutex_);
    armed_.post();
    go_.wait();
    if (ending_.load(std::memory_order_acquire)) return;
    sleep_until(until_ns_);
    release_ns_ = monotonic_ns();
  }
}

}  // namespace plumbline::workloads

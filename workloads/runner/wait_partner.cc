#include "workloads/runner/wait_partner.h"

#include <sched.h>

#include <string>

#include "workloads/clock.h"
#include "workloads/runner/thread_identity.h"

namespace plumbline::workloads {

WaitPartner::WaitPartner(std::size_t number, const PartnerKind& kind)
    : rendezvous_(make_rendezvous(kind)), thread_([this, number] { run(number); }) {
  rearm();
}

WaitPartner::~WaitPartner() {
  ending_.store(true, std::memory_order_release);  // pairs with the loads in run
  go_.post();
  arm_.post();
  thread_.join();
}

void WaitPartner::claim() {
  if (!claimed_) ready_.wait();
  claimed_ = true;
}

void WaitPartner::claim_spinning() {
  while (!try_claim()) sched_yield();  // it may need this very CPU
}

std::int64_t WaitPartner::finish() {
  const std::int64_t release_ns = release_ns_;
  rendezvous_->give_back();
  claimed_ = false;
  owes_rearm_ = true;
  return release_ns;
}

void WaitPartner::rearm() {
  if (!owes_rearm_) return;
  owes_rearm_ = false;
  arm_.post();
}

void WaitPartner::run(std::size_t number) {
  set_thread_identity("partner-" + std::to_string(number));
  for (;;) {
    // Not at once: the worker is still on its way out of the primitive.
    arm_.wait();
    if (ending_.load(std::memory_order_acquire)) return;
    rendezvous_->prepare();
    ready_.post();
    go_.wait();
    if (ending_.load(std::memory_order_acquire)) {
      rendezvous_->abandon();
      return;
    }
    sleep_until(until_ns_);
    rendezvous_->release(release_ns_);
  }
}

}  // namespace plumbline::workloads

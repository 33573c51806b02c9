// What a worker and its partner thread meet at: one primitive, used once a turn.
//
// Made by the partner (wait_partner.h), one class for each primitive in rendezvous_locks.cc,
// rendezvous_convoy.cc and rendezvous_signals.cc.
// Thread rule: `prepare`, `release` and `abandon` are the partner's, `wait` and `give_back` the
// worker's; the order of a turn is prepare, (wait | release), give_back.
// Failure rule: std::system_error when a thread cannot be made; else none.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>

#include "workloads/thread_primitives.h"

namespace plumbline::workloads {

class Rendezvous {
 public:
  Rendezvous() = default;
  virtual ~Rendezvous() = default;
  Rendezvous(const Rendezvous&) = delete;
  Rendezvous& operator=(const Rendezvous&) = delete;

  // Takes the lock, or makes what can be used only once.
  virtual void prepare() {}
  // Of a wait that shall last so long, what lies before the release. The worker's, before it waits.
  virtual std::int64_t until_release_ns(std::int64_t duration_ns) { return duration_ns; }
  // Lets the worker go, or whoever is before it. Writes the moment just before, on CLOCK_MONOTONIC,
  // where the worker may read it once its wait is over; so does, after this, who is before it.
  virtual void release(std::int64_t& release_ns) = 0;
  // Instead of a release, when no worker will come.
  virtual void abandon() {}

  // The call that blocks.
  virtual void wait() = 0;
  // After the clocks were read: gives back what the wait got.
  virtual void give_back() {}
};

// What a partner is made for; of a primitive with has_partner.
struct PartnerKind {
  Primitive primitive = Primitive::kNone;
  std::int64_t waiters = 1;  // convoy: the worker is the last of so many

  friend auto operator<=>(const PartnerKind&, const PartnerKind&) = default;
};

std::unique_ptr<Rendezvous> make_rendezvous(const PartnerKind& kind);

std::unique_ptr<Rendezvous> make_convoy_rendezvous(std::int64_t waiters);

// Its two halves; null for primitives of the other.
std::unique_ptr<Rendezvous> make_lock_rendezvous(Primitive primitive);
std::unique_ptr<Rendezvous> make_signal_rendezvous(Primitive primitive);

}  // namespace plumbline::workloads

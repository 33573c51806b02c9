// The other side of a wait inside the process: a thread that lets the worker go at a moment that
// the worker names, and says when it did.
//
// One for each lock and sync step that a worker's request can have (two where the step repeats, so
// that one gets ready while the other is used): none has to be made ready within a request.
// Thread rule: the public functions are for the one worker that owns it.
// Failure rule: std::system_error when the thread cannot be made.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>

#include "workloads/runner/rendezvous.h"
#include "workloads/runner/semaphore.h"

namespace plumbline::workloads {

class WaitPartner {
 public:
  // Starts the thread `partner-NUMBER`, which gets ready.
  WaitPartner(std::size_t number, const PartnerKind& kind);
  ~WaitPartner();
  WaitPartner(const WaitPartner&) = delete;
  WaitPartner& operator=(const WaitPartner&) = delete;

  // One turn: claim, release_after, wait, finish, rearm.

  // False while it is not ready yet; else the turn has begun. Again true within the turn.
  bool try_claim() { return claimed_ || (claimed_ = ready_.try_wait()); }
  void claim();           // sleeps until it is ready
  void claim_spinning();  // within a request: CPU and run queue, but no wait without a truth

  // Tells it how long the wait shall last that began at `t0_ns`, on CLOCK_MONOTONIC. Wakes it; does
  // not wait.
  void release_after(std::int64_t t0_ns, std::int64_t duration_ns) {
    until_ns_ = t0_ns + rendezvous_->until_release_ns(duration_ns);
    go_.post();
  }

  // The call that blocks.
  void wait() { rendezvous_->wait(); }

  // Gives back what the wait got, and tells when the partner let go.
  std::int64_t finish();

  // Lets it get ready for the next turn; nothing to do in the middle of one.
  void rearm();

 private:
  void run(std::size_t number);

  const std::unique_ptr<Rendezvous> rendezvous_;
  Semaphore arm_, ready_, go_;
  std::int64_t until_ns_ = 0;    // handed over by go_
  std::int64_t release_ns_ = 0;  // handed over by the rendezvous
  bool claimed_ = false;
  bool owes_rearm_ = true;
  std::atomic<bool> ending_{false};
  std::thread thread_;  // last: it uses what stands above
};

}  // namespace plumbline::workloads

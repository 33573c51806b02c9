#include "workloads/runner/shared_lock.h"

#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>

#include <cerrno>

#include "analysis/io/error.h"
#include "workloads/clock.h"

namespace plumbline::workloads {
namespace {

[[noreturn]] void throw_gone() {
  throw io::InputError("plumbline-truthd: the holder of a process-shared lock is gone");
}

void throw_unless(bool good) {
  if (!good) throw_gone();
}

}  // namespace

SharedLock::SharedLock(std::size_t worker, TruthDirectory& truth)
    : slot_(truth.slot(worker)), connection_(truth.connect_peer()) {
  PeerHello hello{};
  hello.task = PeerTask::kLock;
  hello.worker = static_cast<std::uint32_t>(worker);
  PeerAddress nowhere{};
  throw_unless(send_plain(connection_.number(), hello) &&
               receive_plain(connection_.number(), nowhere));
  claim_spinning();
  wait(monotonic_ns(), 0);
  finish();
}

void SharedLock::claim_spinning() {
  PeerLockTurn held{};
  for (;;) {
    const ssize_t got = recv(connection_.number(), &held, sizeof held, MSG_DONTWAIT);
    if (got == sizeof held) return;
    throw_unless(got < 0 && (errno == EAGAIN || errno == EINTR));
    sched_yield();  // it may need this very CPU
  }
}

void SharedLock::wait(std::int64_t t0_ns, std::int64_t duration_ns) {
  throw_unless(send_plain(connection_.number(), PeerRequest{t0_ns, duration_ns, 0}));
  throw_unless(pthread_mutex_lock(&slot_.lock) == 0);  // EOWNERDEAD: it died with the lock
}

std::int64_t SharedLock::finish() {
  const std::int64_t release_ns = slot_.release_ns.load(std::memory_order_relaxed);
  pthread_mutex_unlock(&slot_.lock);
  throw_unless(send_plain(connection_.number(), PeerLockTurn{}));
  return release_ns;
}

}  // namespace plumbline::workloads

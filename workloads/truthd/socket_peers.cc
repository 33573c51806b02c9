#include "workloads/truthd/socket_peers.h"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <memory>
#include <thread>

#include "analysis/io/error.h"
#include "workloads/truthd/hold.h"
#include "workloads/truthd/peer_act.h"
#include "workloads/unix_address.h"

namespace plumbline::workloads {
namespace {

// Until the worker is gone.
void answer_requests(int connection, PeerAct& act, Slot& slot, Lateness& lateness) {
  if (!send_plain(connection, act.address()) || !act.start()) return;
  for (PeerRequest request{}; receive_plain(connection, request) && act.prepare();) {
    hold_until(request.t0_ns + request.delay_ns, slot, lateness);
    if (!act.let_go(request)) return;
  }
}

void serve_worker(int connection, SlotTable& slots, PeerLateness lates) {
  const io::FileDescriptor owner(connection);
  prctl(PR_SET_TIMERSLACK, 1);  // in nanoseconds; the default lets a sleep end 50 us late
  PeerHello hello{};
  if (!receive_plain(connection, hello) || hello.worker >= slots.size()) return;
  Slot& slot = slots[hello.worker];
  const std::unique_ptr<PeerAct> act = make_peer_act(hello, connection, slot);
  if (act == nullptr) return;
  answer_requests(connection, *act, slot,
                  hello.task == PeerTask::kLock ? lates.locks : lates.sockets);
  act->leave();
}

}  // namespace

SocketPeers::SocketPeers(const std::filesystem::path& path, SlotTable& slots, PeerLateness lates)
    : path_(path),
      slots_(slots),
      lates_(lates),
      listener_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (listener_.number() < 0) throw io::system_failure(path, "cannot make a socket", errno);
  const UnixAddress address(path);
  unlink(path.c_str());
  if (bind(listener_.number(), address.get(), address.size()) != 0 ||
      listen(listener_.number(), SOMAXCONN) != 0) {
    throw io::system_failure(path, "cannot listen", errno);
  }
}

SocketPeers::~SocketPeers() { unlink(path_.c_str()); }

void SocketPeers::accept_one() {
  const int connection = accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC);
  if (connection >= 0) std::thread(serve_worker, connection, std::ref(slots_), lates_).detach();
}

}  // namespace plumbline::workloads

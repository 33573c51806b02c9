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

void serve_worker(int connection, SlotTable& slots, Lateness& lateness) {
  const io::FileDescriptor owner(connection);
  prctl(PR_SET_TIMERSLACK, 1);  // in nanoseconds; the default lets a sleep end 50 us late
  PeerHello hello{};
  if (!receive_plain(connection, hello) || hello.worker >= slots.size()) return;
  const std::unique_ptr<PeerAct> act = make_peer_act(hello, connection);
  if (act == nullptr || !send_plain(connection, act->address()) || !act->start()) return;
  Slot& slot = slots[hello.worker];
  for (PeerRequest request{}; receive_plain(connection, request) && act->prepare();) {
    hold_until(request.t0_ns + request.delay_ns, slot, lateness);
    if (!act->let_go(request)) return;
  }
}

}  // namespace

SocketPeers::SocketPeers(const std::filesystem::path& path, SlotTable& slots, Lateness& lateness)
    : path_(path),
      slots_(slots),
      lateness_(lateness),
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
  if (connection >= 0)
    std::thread(serve_worker, connection, std::ref(slots_), std::ref(lateness_)).detach();
}

}  // namespace plumbline::workloads

#include "workloads/truthd/socket_peers.h"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "analysis/io/error.h"
#include "workloads/clock.h"
#include "workloads/truth_protocol.h"
#include "workloads/unix_address.h"

namespace plumbline::workloads {
namespace {

// Messages are far smaller than a socket's buffer: they come whole or the peer is gone.
void answer_until_closed(int connection) {
  const io::FileDescriptor owner(connection);
  prctl(PR_SET_TIMERSLACK, 1);  // in nanoseconds; the default lets a sleep end 50 us late
  PeerRequest request{};
  while (recv(connection, &request, sizeof request, MSG_WAITALL) == sizeof request) {
    sleep_until(request.t0_ns + request.delay_ns);
    const PeerReply reply{monotonic_ns()};
    if (send(connection, &reply, sizeof reply, MSG_NOSIGNAL) != sizeof reply) return;
  }
}

}  // namespace

SocketPeers::SocketPeers(const std::filesystem::path& path)
    : path_(path), listener_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
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
  if (connection >= 0) std::thread(answer_until_closed, connection).detach();
}

}  // namespace plumbline::workloads

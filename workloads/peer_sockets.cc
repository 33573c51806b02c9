#include "workloads/peer_sockets.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>

namespace plumbline::workloads {
namespace {

// Port 0, and a Unix address that ends before its path: the kernel chooses.
PeerAddress any_address(int family) {
  PeerAddress address{};
  if (family == AF_UNIX) {
    address.storage.ss_family = AF_UNIX;
    address.bytes = sizeof(sa_family_t);
  } else {
    auto& inet = reinterpret_cast<sockaddr_in&>(address.storage);
    inet.sin_family = AF_INET;
    inet.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.bytes = sizeof inet;
  }
  return address;
}

int closed_with_errno(int socket) {
  const int error_number = errno;
  if (socket >= 0) close(socket);
  errno = error_number;
  return -1;
}

int open_bound(int family, int type) {
  const int opened = socket(family, type | SOCK_CLOEXEC, 0);
  const PeerAddress address = any_address(family);
  const bool good = opened >= 0 && bind(opened, as_sockaddr(address), address.bytes) == 0;
  return good ? opened : closed_with_errno(opened);
}

}  // namespace

int open_stream(SocketFamily family) {
  if (family == SocketFamily::kUnix) return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int opened = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int at_once = 1;
  setsockopt(opened, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
  return opened;
}

int open_listener(SocketFamily family, int backlog, int receive_bytes) {
  const int opened = open_bound(family == SocketFamily::kUnix ? AF_UNIX : AF_INET, SOCK_STREAM);
  if (receive_bytes > 0) {
    setsockopt(opened, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
  }
  const int at_once = 1;  // connections have it from their listener
  setsockopt(opened, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
  return opened >= 0 && listen(opened, backlog) == 0 ? opened : closed_with_errno(opened);
}

int open_datagrams() { return open_bound(AF_INET, SOCK_DGRAM); }

PeerAddress address_of(int socket) {
  PeerAddress address{};
  socklen_t bytes = sizeof address.storage;
  getsockname(socket, reinterpret_cast<sockaddr*>(&address.storage), &bytes);
  address.bytes = bytes;
  return address;
}

int connect_to(const PeerAddress& address) {
  const int opened = open_stream(family_of(address));
  const bool good = opened >= 0 && connect(opened, as_sockaddr(address), address.bytes) == 0;
  return good ? opened : closed_with_errno(opened);
}

bool send_whole(int socket, const void* data, std::size_t bytes) {
  std::size_t sent = 0;
  while (sent < bytes) {
    const ssize_t part =
        send(socket, static_cast<const char*>(data) + sent, bytes - sent, MSG_NOSIGNAL);
    if (part < 0 && errno == EINTR) continue;
    if (part < 0) return false;
    sent += static_cast<std::size_t>(part);
  }
  return true;
}

bool receive_whole(int socket, void* data, std::size_t bytes) {
  std::size_t got = 0;
  while (got < bytes) {
    const ssize_t part = recv(socket, static_cast<char*>(data) + got, bytes - got, 0);
    if (part < 0 && errno == EINTR) continue;
    if (part == 0) errno = EPIPE;
    if (part <= 0) return false;
    got += static_cast<std::size_t>(part);
  }
  return true;
}

}  // namespace plumbline::workloads

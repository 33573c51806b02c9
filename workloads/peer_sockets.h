// Sockets between a worker and its peer: Unix ones without a name on disk, TCP ones on loopback.
//
// Used by both ends: plumbline-truthd and the workload.
// Thread rule: any thread. Failure rule: -1 and errno, as the calls beneath.
#pragma once

#include <sys/socket.h>

#include <cstdint>

#include "workloads/spec.h"

namespace plumbline::workloads {

// An address as it is sent to the other end.
struct PeerAddress {
  std::uint32_t bytes;  // 0: none
  sockaddr_storage storage;
};

inline const sockaddr* as_sockaddr(const PeerAddress& address) {
  return reinterpret_cast<const sockaddr*>(&address.storage);
}

inline SocketFamily family_of(const PeerAddress& address) {
  return address.storage.ss_family == AF_INET ? SocketFamily::kTcp : SocketFamily::kUnix;
}

// A stream socket of the family, not connected. TCP: sends at once what it is given.
int open_stream(SocketFamily family);

// Listens where the kernel chose. `receive_bytes`: room for what has come on a connection; 0: as
// the kernel has it.
int open_listener(SocketFamily family, int backlog, int receive_bytes = 0);

// A UDP socket on loopback.
int open_datagrams();

PeerAddress address_of(int socket);

int connect_to(const PeerAddress& address);

// Whole messages; false when the other end is gone.
bool send_whole(int socket, const void* data, std::size_t bytes);
bool receive_whole(int socket, void* data, std::size_t bytes);

template <typename Plain>
bool send_plain(int socket, const Plain& plain) {
  return send_whole(socket, &plain, sizeof plain);
}

template <typename Plain>
bool receive_plain(int socket, Plain& plain) {
  return receive_whole(socket, &plain, sizeof plain);
}

}  // namespace plumbline::workloads

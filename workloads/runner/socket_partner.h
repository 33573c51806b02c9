// The worker's side of a socket wait: one class for each operation, with the peer that ends it.
//
// Made by SocketWaits for each operation and family that a scenario uses.
// Thread rule: made by the main thread, used by its worker alone.
// Failure rule: the making throws io::InputError; a wait gives 0 or an error number.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "analysis/io/file_descriptor.h"
#include "workloads/truth_protocol.h"

namespace plumbline::workloads {

class SocketPartner {
 public:
  // Takes `connection`, which is to the peers.
  explicit SocketPartner(int connection) : connection_(connection) {}
  virtual ~SocketPartner() = default;
  SocketPartner(const SocketPartner&) = delete;
  SocketPartner& operator=(const SocketPartner&) = delete;

  // Before t0: whatever the wait needs, so that the wait itself is one call.
  virtual int prepare(std::int64_t /*duration_ns*/) { return 0; }
  // Between t0 and t1: tells the peer, and waits.
  int wait(std::int64_t t0_ns, std::int64_t duration_ns) {
    return send_plain(connection_.number(), PeerRequest{t0_ns, duration_ns, bytes_}) ? block()
                                                                                     : errno;
  }
  // After t1: takes what came; does not wait.
  virtual int finish() { return 0; }

 protected:
  virtual int block() = 0;
  int connection() const { return connection_.number(); }

  std::int64_t bytes_ = 0;  // of the request

 private:
  io::FileDescriptor connection_;
};

// `connection`: new, to the peers; taken.
std::unique_ptr<SocketPartner> make_socket_partner(SocketOperation operation, SocketFamily family,
                                                   std::size_t worker, int connection);

}  // namespace plumbline::workloads

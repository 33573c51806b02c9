// The other ends of the workers' sockets: each request is answered at t0 + delay, and the answer
// carries the moment just before it was sent.
//
// Used by plumbline-truthd.
// Thread rule: the main thread accepts; each connection has a thread of its own.
// Failure rule: io::InputError when the socket cannot be made; a connection that fails is closed.
#pragma once

#include <filesystem>

#include "analysis/io/file_descriptor.h"

namespace plumbline::workloads {

class SocketPeers {
 public:
  // Listens at `path`; an old socket file there is replaced.
  explicit SocketPeers(const std::filesystem::path& path);
  ~SocketPeers();
  SocketPeers(const SocketPeers&) = delete;
  SocketPeers& operator=(const SocketPeers&) = delete;

  // Readable when accept_one() has work.
  int listener() const { return listener_.number(); }
  void accept_one();

 private:
  std::filesystem::path path_;
  io::FileDescriptor listener_;
};

}  // namespace plumbline::workloads

// The other ends of the workers' sockets, and the holders of their shared locks: each wait is ended
// at t0 + delay, and the worker's slot gets the moment just before.
//
// Used by plumbline-truthd.
// Thread rule: the main thread accepts; each connection has a thread of its own.
// Failure rule: io::InputError when the socket cannot be made; a connection that fails is closed.
#pragma once

#include <filesystem>

#include "analysis/io/file_descriptor.h"
#include "workloads/truth_protocol.h"
#include "workloads/truthd/lateness.h"

namespace plumbline::workloads {

struct PeerLateness {
  Lateness& sockets;
  Lateness& locks;
};

class SocketPeers {
 public:
  // Listens at `path`; an old socket file there is replaced.
  // `slots` and what `lates` names must live as long as the process.
  SocketPeers(const std::filesystem::path& path, SlotTable& slots, PeerLateness lates);
  ~SocketPeers();
  SocketPeers(const SocketPeers&) = delete;
  SocketPeers& operator=(const SocketPeers&) = delete;

  // Readable when accept_one() has work.
  int listener() const { return listener_.number(); }
  void accept_one();

 private:
  std::filesystem::path path_;
  SlotTable& slots_;
  PeerLateness lates_;
  io::FileDescriptor listener_;
};

}  // namespace plumbline::workloads

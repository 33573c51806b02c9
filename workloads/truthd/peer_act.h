// What a peer does to end its worker's wait, one class for each operation, and one for a lock.
//
// Made by SocketPeers for each connection of a worker.
// Thread rule: the connection's thread alone.
// Failure rule: false or null when the worker is gone or a socket cannot be had; the connection is
// then closed, which the worker sees.
#pragma once

#include <memory>

#include "workloads/truth_protocol.h"

namespace plumbline::workloads {

class PeerAct {
 public:
  virtual ~PeerAct() = default;

  // Where the worker shall connect to or ask; no bytes: nowhere.
  virtual PeerAddress address() const { return {}; }
  // After the worker knows the address.
  virtual bool start() { return true; }
  // A request has come; the worker is about to wait, or does.
  virtual bool prepare() { return true; }
  // Ends the wait.
  virtual bool let_go(const PeerRequest& request) = 0;
  // When the worker is gone.
  virtual void leave() {}
};

// `connection`: the one that the hello came by; not owned. `slot`: the worker's.
std::unique_ptr<PeerAct> make_peer_act(const PeerHello& hello, int connection, Slot& slot);

}  // namespace plumbline::workloads

// getaddrinfo of a name that only our own name server is asked for, without touching the machine's
// configuration: the resolver's state is each thread's own, and a program may change it.
//
// Used by socket_partner.cc.
// Thread rule: ask_server_on_this_thread() by the thread that resolves.
// Failure rule: resolve() is false, as when the machine's nsswitch.conf asks no name server at all.
#pragma once

#include <netdb.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>

#include "workloads/peer_sockets.h"

namespace plumbline::workloads {

class NameLookup {
 public:
  NameLookup(const PeerAddress& server, std::size_t worker);
  ~NameLookup() { forget(); }
  NameLookup(const NameLookup&) = delete;
  NameLookup& operator=(const NameLookup&) = delete;

  // One question, for which we wait so long.
  void ask_server_on_this_thread(std::int64_t patience_seconds);
  bool resolve();
  void forget();

 private:
  PeerAddress server_;
  std::string name_;
  std::thread::id prepared_;
  addrinfo* found_ = nullptr;
};

}  // namespace plumbline::workloads

#include "workloads/runner/name_lookup.h"

#include <netinet/in.h>
#include <resolv.h>

namespace plumbline::workloads {

// ".test" belongs to no one; the dot at the end keeps the machine's search list out.
NameLookup::NameLookup(const PeerAddress& server, std::size_t worker)
    : server_(server), name_("worker-" + std::to_string(worker) + ".plumbline.test.") {}

void NameLookup::ask_server_on_this_thread(std::int64_t patience_seconds) {
  if (prepared_ != std::this_thread::get_id()) {
    res_init();
    prepared_ = std::this_thread::get_id();
  }
  _res.nscount = 1;
  _res.nsaddr_list[0] = reinterpret_cast<const sockaddr_in&>(server_.storage);
  _res.retry = 1;
  _res.retrans = static_cast<int>(patience_seconds);
}

bool NameLookup::resolve() {
  addrinfo hints{};
  hints.ai_family = AF_INET;  // one question, not one for each family
  hints.ai_socktype = SOCK_STREAM;
  return getaddrinfo(name_.c_str(), nullptr, &hints, &found_) == 0;
}

void NameLookup::forget() {
  if (found_ != nullptr) freeaddrinfo(found_);
  found_ = nullptr;
}

}  // namespace plumbline::workloads

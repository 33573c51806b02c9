// Hands one page to browsers of this machine: 127.0.0.1 alone, one address with a random token.
//
// Used by `plumbline serve`. Several clients may be connected; requests are read as they come, and
// answered one after the other. Whoever sends too slowly, too much or anything else is let go.
// Thread rule: one thread. Failure: the constructor throws io::InputError when the port is in use;
// serve() throws Interrupted on Ctrl-C.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <string>

#include "analysis/io/file_descriptor.h"
#include "harness/cli/http_request.h"

namespace plumbline::harness {

struct Served {
  int status = 200;
  std::string content;  // the page, or one line that says why there is none
};

class PageServer {
 public:
  // Port 0: any that is free.
  PageServer(std::uint16_t port, std::function<Served()> make_page);

  std::string url() const { return url_of(address_); }

  // Until `interrupted`, a descriptor, is readable.
  void serve(int interrupted);

 private:
  struct Client {
    Client(int number, std::chrono::steady_clock::time_point until)
        : connection(number), deadline(until) {}
    io::FileDescriptor connection;
    std::chrono::steady_clock::time_point deadline;  // of the request
    std::string request;
  };

  void accept_one();
  // False when the client is done with.
  bool read_from(Client& client);
  void answer(int client, std::string_view request);

  const io::FileDescriptor listening_;
  const std::function<Served()> make_page_;
  ServedAddress address_;
  std::list<Client> clients_;
};

}  // namespace plumbline::harness

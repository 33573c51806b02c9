#include "harness/cli/page_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "analysis/io/error.h"

namespace plumbline::harness {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostClients = 32;
constexpr std::chrono::seconds kPatience{5};

std::string random_token() {
  unsigned char bytes[16];
  if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes) {
    throw io::InputError("serve: the kernel gave no random bytes for the address");
  }
  std::string token;
  for (const unsigned char byte : bytes) token += fmt::format("{:02x}", byte);
  return token;
}

int listening_on(std::uint16_t port) {
  const int number = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int yes = 1;
  setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in here{};
  here.sin_family = AF_INET;
  here.sin_port = htons(port);
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool works = number >= 0 &&
                     bind(number, reinterpret_cast<sockaddr*>(&here), sizeof here) == 0 &&
                     listen(number, 16) == 0;
  if (works) return number;
  const int error = errno;
  if (number >= 0) close(number);
  throw io::InputError(
      error == EADDRINUSE
          ? fmt::format("port {} of 127.0.0.1 is in use: name another with --port, or none", port)
          : fmt::format("serve: port {} of 127.0.0.1: {}", port, std::strerror(error)));
}

std::uint16_t port_of(int listening) {
  sockaddr_in here{};
  socklen_t size = sizeof here;
  getsockname(listening, reinterpret_cast<sockaddr*>(&here), &size);
  return ntohs(here.sin_port);
}

// All of it, or the client has gone: then it has what it has.
void send_all(int client, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

}  // namespace

PageServer::PageServer(std::uint16_t port, std::function<Served()> make_page)
    : listening_(listening_on(port)),
      make_page_(std::move(make_page)),
      address_{port_of(listening_.number()), random_token()} {}

void PageServer::accept_one() {
  const int number = accept4(listening_.number(), nullptr, nullptr, SOCK_CLOEXEC);
  if (number < 0) return;
  const timeval patience{kPatience.count(), 0};  // for answers; requests have the deadline
  setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (clients_.size() == kMostClients) clients_.pop_front();  // the oldest has had its time
  clients_.emplace_back(number, Clock::now() + kPatience);
}

bool PageServer::read_from(Client& client) {
  char piece[4096];
  const ssize_t got = recv(client.connection.number(), piece, sizeof piece, MSG_DONTWAIT);
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  if (got == 0) return false;
  client.request.append(piece, static_cast<std::size_t>(got));
  if (!is_whole_request(client.request)) return true;
  answer(client.connection.number(), client.request);
  return false;
}

void PageServer::answer(int client, std::string_view request) {
  Served served{status_of(request, address_), ""};
  if (served.status == 200) {
    served = make_page_();
  } else {
    served.content = fmt::format("{}\n", status_text(served.status));
  }
  const std::string_view type = served.status == 200 ? "text/html" : "text/plain";
  send_all(client, answer_head(served.status, type, served.content.size()));
  send_all(client, served.content);
  shutdown(client, SHUT_WR);
}

void PageServer::serve(int interrupted) {
  for (;;) {
    std::vector<pollfd> waiting = {{interrupted, POLLIN, 0}, {listening_.number(), POLLIN, 0}};
    for (const Client& client : clients_) {
      waiting.push_back({client.connection.number(), POLLIN, 0});
    }
    const int most_ms = clients_.empty() ? -1 : 500;  // then deadlines are looked at
    if (poll(waiting.data(), waiting.size(), most_ms) < 0 && errno != EINTR) return;
    if (waiting[0].revents != 0) return;
    std::size_t at = 2;
    for (auto client = clients_.begin(); client != clients_.end(); ++at) {
      const bool stays =
          (waiting[at].revents == 0 || read_from(*client)) && Clock::now() < client->deadline;
      client = stays ? std::next(client) : clients_.erase(client);
    }
    if (waiting[1].revents != 0) accept_one();
  }
}

}  // namespace plumbline::harness

#include "workloads/runner/socket_partner.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>

#include <cerrno>
#include <optional>
#include <vector>

#include "analysis/io/error.h"
#include "workloads/clock.h"
#include "workloads/runner/name_lookup.h"

namespace plumbline::workloads {
namespace {

// A wait whose peer is gone and whose call would not notice ends so much after its time.
constexpr std::int64_t kPatienceSeconds = 3;

int error_unless(bool good) { return good ? 0 : errno; }

// Tells the peer what this connection is for, and where we listen, if we do.
PeerAddress introduce(int connection, SocketOperation operation, SocketFamily family,
                      std::size_t worker, const PeerAddress& listening) {
  const PeerHello hello{PeerTask::kSocket, operation, family, static_cast<std::uint32_t>(worker),
                        listening};
  PeerAddress theirs{};
  if (!send_plain(connection, hello) || !receive_plain(connection, theirs)) {
    throw io::system_failure("plumbline-truthd", "cannot talk to a socket peer", errno);
  }
  return theirs;
}

int connected(const PeerAddress& address) {
  const int stream = connect_to(address);
  if (stream < 0) throw io::system_failure("plumbline-truthd", "cannot reach a peer", errno);
  return stream;
}

// Waits for one byte in `Wait`, a call that blocks until the stream is readable (or takes it).
class ReceiveByte : public SocketPartner {
 public:
  ReceiveByte(int connection, const PeerAddress& peer)
      : SocketPartner(connection), stream_(connected(peer)) {}

 protected:
  int stream() const { return stream_.number(); }
  int take_byte(int flags) {
    char byte = 0;
    ssize_t got = 0;
    do {
      got = recv(stream(), &byte, 1, flags);
    } while (got < 0 && errno == EINTR);
    if (got == 0) return EPIPE;
    return error_unless(got == 1);
  }

 private:
  io::FileDescriptor stream_;
};

class Receive : public ReceiveByte {
 public:
  using ReceiveByte::ReceiveByte;

 protected:
  int block() override { return take_byte(0); }
};

// The byte is taken when the wait is over.
class AwaitReadable : public ReceiveByte {
 public:
  using ReceiveByte::ReceiveByte;
  int finish() override { return take_byte(MSG_DONTWAIT); }

 protected:
  int block() override {
    for (;;) {
      const int ready = await_once();
      if (ready == 1 || errno != EINTR) return error_unless(ready == 1);
    }
  }
  virtual int await_once() = 0;
};

class Poll : public AwaitReadable {
 public:
  using AwaitReadable::AwaitReadable;

 protected:
  int await_once() override {
    pollfd watched{stream(), POLLIN, 0};
    return poll(&watched, 1, -1);
  }
};

class Select : public AwaitReadable {
 public:
  Select(int connection, const PeerAddress& peer) : AwaitReadable(connection, peer) {
    if (stream() >= FD_SETSIZE) {
      throw io::InputError("select: the descriptor's number is beyond FD_SETSIZE; fewer workers");
    }
  }

 protected:
  int await_once() override {
    fd_set readable;
    FD_ZERO(&readable);
    FD_SET(stream(), &readable);
    return select(stream() + 1, &readable, nullptr, nullptr, nullptr);
  }
};

class Epoll : public AwaitReadable {
 public:
  Epoll(int connection, const PeerAddress& peer)
      : AwaitReadable(connection, peer), set_(epoll_create1(EPOLL_CLOEXEC)) {
    epoll_event event{};
    event.events = EPOLLIN;
    if (epoll_ctl(set_.number(), EPOLL_CTL_ADD, stream(), &event) != 0) {
      throw io::system_failure("epoll", "cannot watch a socket", errno);
    }
  }

 protected:
  int await_once() override {
    epoll_event event{};
    return epoll_wait(set_.number(), &event, 1, -1);
  }

 private:
  io::FileDescriptor set_;
};

// Waits for room in a buffer that it has filled before.
class Send : public SocketPartner {
 public:
  Send(int connection, SocketFamily family, const PeerAddress& peer)
      : SocketPartner(connection),
        stream_(connected(peer)),
        filling_(family == SocketFamily::kTcp ? kTcpBlockingSendBytes : kUnixBlockingSendBytes) {
    const int bytes = family == SocketFamily::kTcp ? kTcpSendBufferBytes : kUnixSendBufferBytes;
    setsockopt(stream_.number(), SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  }

  int prepare(std::int64_t) override {
    PeerDrained drained{};
    if (bytes_ > 0 && !receive_plain(connection(), drained)) return errno;
    bytes_ = static_cast<std::int64_t>(filling_.size());
    for (;;) {
      const ssize_t sent =
          send(stream_.number(), filling_.data(), filling_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent >= 0) bytes_ += sent;
      if (sent < 0 && errno != EINTR) return errno == EAGAIN ? 0 : errno;
    }
  }

 protected:
  int block() override {
    return error_unless(send_whole(stream_.number(), filling_.data(), filling_.size()));
  }

 private:
  io::FileDescriptor stream_;
  std::vector<char> filling_;
};

class Accept : public SocketPartner {
 public:
  Accept(int connection, SocketFamily family, std::size_t worker)
      : SocketPartner(connection), listener_(open_listener(family, 1)) {
    introduce(connection, SocketOperation::kAccept, family, worker, address_of(listener_.number()));
  }

  // The listener is ours: that the peer is gone shows in nothing but the time.
  int prepare(std::int64_t duration_ns) override {
    const timeval limit{duration_ns / kNsPerSecond + kPatienceSeconds, 0};
    return error_unless(
        setsockopt(listener_.number(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0);
  }
  int finish() override {
    accepted_.reset();
    return 0;
  }

 protected:
  int block() override {
    do {
      accepted_.emplace(accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC));
    } while (accepted_->number() < 0 && errno == EINTR);
    return error_unless(accepted_->number() >= 0);
  }

 private:
  io::FileDescriptor listener_;
  std::optional<io::FileDescriptor> accepted_;
};

class Connect : public SocketPartner {
 public:
  Connect(int connection, SocketFamily family, const PeerAddress& peer)
      : SocketPartner(connection), family_(family), peer_(peer) {}

  int prepare(std::int64_t) override {
    stream_.emplace(open_stream(family_));
    return error_unless(stream_->number() >= 0);
  }
  int finish() override {
    stream_.reset();
    return 0;
  }

 protected:
  // A Unix connect that a signal cut short has done nothing yet.
  int block() override {
    int result = 0;
    do {
      result = connect(stream_->number(), as_sockaddr(peer_), peer_.bytes);
    } while (result != 0 && errno == EINTR);
    return error_unless(result == 0);
  }

 private:
  SocketFamily family_;
  PeerAddress peer_;
  std::optional<io::FileDescriptor> stream_;
};

class Getaddrinfo : public SocketPartner {
 public:
  Getaddrinfo(int connection, const PeerAddress& server, std::size_t worker)
      : SocketPartner(connection), lookup_(server, worker) {}

  int prepare(std::int64_t duration_ns) override {
    lookup_.ask_server_on_this_thread(duration_ns / kNsPerSecond + kPatienceSeconds);
    return 0;
  }
  int finish() override {
    lookup_.forget();
    return 0;
  }

 protected:
  int block() override { return lookup_.resolve() ? 0 : EHOSTUNREACH; }

 private:
  NameLookup lookup_;
};

}  // namespace

std::unique_ptr<SocketPartner> make_socket_partner(SocketOperation operation, SocketFamily family,
                                                   std::size_t worker, int connection) {
  if (operation == SocketOperation::kAccept) {
    return std::make_unique<Accept>(connection, family, worker);
  }
  const PeerAddress peer = introduce(connection, operation, family, worker, {});
  switch (operation) {
    case SocketOperation::kRecv:
      return std::make_unique<Receive>(connection, peer);
    case SocketOperation::kPoll:
      return std::make_unique<Poll>(connection, peer);
    case SocketOperation::kEpoll:
      return std::make_unique<Epoll>(connection, peer);
    case SocketOperation::kSelect:
      return std::make_unique<Select>(connection, peer);
    case SocketOperation::kSend:
      return std::make_unique<Send>(connection, family, peer);
    case SocketOperation::kConnect:
      return std::make_unique<Connect>(connection, family, peer);
    case SocketOperation::kGetaddrinfo:
      return std::make_unique<Getaddrinfo>(connection, peer, worker);
    case SocketOperation::kAccept:
      break;  // above: it needs no address
  }
  return nullptr;
}

}  // namespace plumbline::workloads

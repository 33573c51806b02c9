#include "workloads/truthd/peer_act.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string_view>
#include <vector>

#include "analysis/io/file_descriptor.h"

namespace plumbline::workloads {
namespace {

// A stream from the worker, made when it connects to where we listen.
class StreamAct : public PeerAct {
 public:
  StreamAct(SocketFamily family, int receive_bytes)
      : listener_(open_listener(family, 1, receive_bytes)) {}
  PeerAddress address() const override { return address_of(listener_.number()); }
  bool start() override {
    stream_.emplace(accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC));
    return stream_->number() >= 0;
  }

 protected:
  int stream() const { return stream_->number(); }

 private:
  io::FileDescriptor listener_;
  std::optional<io::FileDescriptor> stream_;
};

// recv, poll, epoll, select: the worker waits for a byte.
class SendByte : public StreamAct {
 public:
  explicit SendByte(SocketFamily family) : StreamAct(family, 0) {}
  bool let_go(const PeerRequest&) override { return send_whole(stream(), "", 1); }
};

// send: the worker's buffer is full. Whatever it has sent and is still to send is taken: a window
// that is half open would make TCP wait for a timer.
class Drain : public StreamAct {
 public:
  Drain(SocketFamily family, int connection)
      : StreamAct(family, kReceiveBufferBytes), connection_(connection) {}
  bool let_go(const PeerRequest& request) override {
    for (std::int64_t left = request.bytes; left > 0;) {
      const std::size_t room = std::min(buffer_.size(), static_cast<std::size_t>(left));
      const ssize_t got = recv(stream(), buffer_.data(), room, 0);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return false;
      left -= got;
    }
    return send_plain(connection_, PeerDrained{});
  }

 private:
  int connection_;
  std::vector<char> buffer_ = std::vector<char>(kReceiveBufferBytes);
};

// accept: the worker listens. The last connection is kept until the next request: closing first is
// the worker's part, since the first to close a TCP connection keeps its port for a minute.
class Connect : public PeerAct {
 public:
  explicit Connect(const PeerAddress& worker) : worker_(worker) {}
  bool prepare() override {
    connection_.emplace(open_stream(family_of(worker_)));
    return connection_->number() >= 0;
  }
  bool let_go(const PeerRequest&) override {
    return connect(connection_->number(), as_sockaddr(worker_), worker_.bytes) == 0;
  }

 private:
  PeerAddress worker_;
  std::optional<io::FileDescriptor> connection_;
};

// connect, on a Unix listener whose queue is full: one connection waits in it from the start, then
// always the worker's last. With a backlog of 0 there is room for one.
class Accept : public PeerAct {
 public:
  explicit Accept(SocketFamily family)
      : listener_(open_listener(family, 0)), first_(connect_to(address())) {}
  PeerAddress address() const override { return address_of(listener_.number()); }
  bool start() override { return first_.number() >= 0; }
  bool let_go(const PeerRequest&) override {
    return io::FileDescriptor(accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC))
               .number() >= 0;
  }

 private:
  io::FileDescriptor listener_, first_;
};

// getaddrinfo: a name server that knows one address, whatever the name.
class AnswerName : public PeerAct {
 public:
  AnswerName() : socket_(open_datagrams()) {}
  PeerAddress address() const override { return address_of(socket_.number()); }

  bool prepare() override {
    for (;;) {
      socklen_t bytes = sizeof asker_;
      const ssize_t got = recvfrom(socket_.number(), packet_.data(), kMaxQueryBytes, 0,
                                   reinterpret_cast<sockaddr*>(&asker_), &bytes);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return false;
      query_bytes_ = static_cast<std::size_t>(got);
      return true;
    }
  }

  bool let_go(const PeerRequest&) override {
    const std::size_t bytes = write_answer();
    return bytes > 0 && sendto(socket_.number(), packet_.data(), bytes, 0,
                               reinterpret_cast<const sockaddr*>(&asker_),
                               sizeof asker_) == static_cast<ssize_t>(bytes);
  }

 private:
  static constexpr std::size_t kHeaderBytes = 12;
  static constexpr std::size_t kMaxQueryBytes = 512;
  // A response to a recursive question, no error; one question, one answer, nothing else.
  static constexpr std::array<unsigned char, 10> kHeader = {0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0};
  // The name as in the question; A, IN, valid for 0 s; 127.0.0.1.
  static constexpr std::array<unsigned char, 16> kAnswer = {0xC0, 0x0C, 0, 1, 0,   1, 0, 0,
                                                            0,    0,    0, 4, 127, 0, 0, 1};

  // Into the query's place, whose number and question stay. 0: not a query.
  std::size_t write_answer() {
    std::size_t end = kHeaderBytes;
    while (end < query_bytes_ && packet_[end] != 0) end += packet_[end] + std::size_t{1};
    end += 5;  // the name's end, type, class
    if (end > query_bytes_) return 0;
    std::copy(kHeader.begin(), kHeader.end(), packet_.begin() + 2);
    std::copy(kAnswer.begin(), kAnswer.end(), packet_.begin() + static_cast<std::ptrdiff_t>(end));
    return end + kAnswer.size();
  }

  io::FileDescriptor socket_;
  sockaddr_in asker_{};
  std::array<unsigned char, kMaxQueryBytes + kAnswer.size()> packet_{};
  std::size_t query_bytes_ = 0;
};

// A lock in the slot: held from the start, and again as soon as the worker has given it back. A
// worker that dies with it leaves it to the next.
class HoldLock : public PeerAct {
 public:
  HoldLock(pthread_mutex_t& lock, int connection) : lock_(lock), connection_(connection) {}
  bool start() override { return take(); }
  bool let_go(const PeerRequest&) override {
    pthread_mutex_unlock(&lock_);
    PeerLockTurn given_back{};
    return receive_plain(connection_, given_back) && take();
  }
  void leave() override { pthread_mutex_unlock(&lock_); }  // refused if it does not hold it

 private:
  bool take() {
    if (pthread_mutex_lock(&lock_) == EOWNERDEAD) pthread_mutex_consistent(&lock_);
    return send_plain(connection_, PeerLockTurn{});
  }

  pthread_mutex_t& lock_;
  int connection_;
};

}  // namespace

std::unique_ptr<PeerAct> make_peer_act(const PeerHello& hello, int connection, Slot& slot) {
  if (hello.task == PeerTask::kLock) return std::make_unique<HoldLock>(slot.lock, connection);
  switch (hello.operation) {
    case SocketOperation::kRecv:
    case SocketOperation::kPoll:
    case SocketOperation::kEpoll:
    case SocketOperation::kSelect:
      return std::make_unique<SendByte>(hello.family);
    case SocketOperation::kSend:
      return std::make_unique<Drain>(hello.family, connection);
    case SocketOperation::kAccept:
      return std::make_unique<Connect>(hello.address);
    case SocketOperation::kConnect:
      return std::make_unique<Accept>(hello.family);
    case SocketOperation::kGetaddrinfo:
      return std::make_unique<AnswerName>();
  }
  return nullptr;
}

}  // namespace plumbline::workloads

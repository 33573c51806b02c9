// profiler/hooks: waiting on descriptors and streams is booked by what they are.
#include <poll.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <array>
#include <string>

#include "tests/profiler/wait_case.h"

namespace plumbline {
namespace {

class HookDescriptorWaits : public testing::TestWithParam<WaitCase> {};

TEST_P(HookDescriptorWaits, AreBookedUnderTheirCategory) { expect_booked(GetParam()); }

void fifo_open_wait() {
  const TemporaryPath path;
  ASSERT_EQ(mkfifo(path.path().c_str(), 0600), 0);
  int writer = -1;
  wait_until_later([&] { writer = open(path.path().c_str(), O_WRONLY); },
                   [&] { close(open(path.path().c_str(), O_RDONLY)); });
  close(writer);
}

void stream_wait(int (*make)(int*), const std::function<void(FILE*)>& read) {
  const Ends ends(make);
  FILE* stream = fdopen(dup(ends.reading()), "r");
  wait_until_later([&] { EXPECT_EQ(write(ends.writing(), "7 lines\n", 8), 8); },
                   [&] { read(stream); });
  fclose(stream);
}

void full_pipe_flush() {
  const Ends ends(make_pipe);
  const int room = fcntl(ends.writing(), F_GETPIPE_SZ);
  const std::string fill(static_cast<std::size_t>(room), 'x');
  EXPECT_EQ(write(ends.writing(), fill.data(), fill.size()), room);
  FILE* stream = fdopen(dup(ends.writing()), "w");
  fputs("more", stream);
  std::string drained(fill.size(), '\0');
  wait_until_later([&] { EXPECT_GT(read(ends.reading(), drained.data(), drained.size()), 0); },
                   [&] { EXPECT_EQ(fflush(stream), 0); });
  fclose(stream);
}

void epoll_wait_on(int fd) {
  const int epoll = epoll_create1(0);
  epoll_event event{};
  event.events = EPOLLIN;
  EXPECT_EQ(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), 0);
  EXPECT_EQ(epoll_wait(epoll, &event, 1, 5'000), 1);
  close(epoll);
}

void select_on(int fd) {
  fd_set set;
  FD_ZERO(&set);
  FD_SET(fd, &set);
  EXPECT_EQ(select(fd + 1, &set, nullptr, nullptr, nullptr), 1);
}

void poll_on(int fd) {
  pollfd watched{fd, POLLIN, 0};
  EXPECT_EQ(poll(&watched, 1, 5'000), 1);
}

void read_one(int fd) {
  char byte = 0;
  EXPECT_EQ(read(fd, &byte, 1), 1);
}
void readv_one(int fd) {
  char byte = 0;
  const iovec piece{&byte, 1};
  EXPECT_EQ(readv(fd, &piece, 1), 1);
}
void receive_one(int fd) {
  char byte = 0;
  EXPECT_EQ(recv(fd, &byte, 1, 0), 1);
}
void receive_message(int fd) {
  char byte = 0;
  iovec piece{&byte, 1};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  EXPECT_EQ(recvmsg(fd, &message, 0), 1);
}
void splice_one(int fd) {
  const Ends to(make_pipe);
  EXPECT_EQ(splice(fd, nullptr, to.writing(), nullptr, 1, 0), 1);
}

void read_event() {
  const int fd = eventfd(0, 0);
  wait_until_later([&] { eventfd_write(fd, 1); },
                   [&] {
                     eventfd_t value = 0;
                     EXPECT_EQ(eventfd_read(fd, &value), 0);
                   });
  close(fd);
}

void fill_then_send() {
  const Ends ends(make_sockets);
  static std::array<char, 1 << 16> buffer{};
  while (send(ends.reading(), buffer.data(), buffer.size(), MSG_DONTWAIT) > 0) {
  }
  wait_until_later(
      [&] {
        for (int i = 0; i < 64; ++i) {
          if (recv(ends.writing(), buffer.data(), buffer.size(), MSG_DONTWAIT) <= 0) break;
        }
      },
      [&] { EXPECT_GT(send(ends.reading(), buffer.data(), 1024, 0), 0); });
}

void accept_wait() {
  const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_storage address{};
  address.ss_family = AF_UNIX;  // of that length: the kernel chooses a name
  auto* any = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(bind(listener, any, sizeof(sa_family_t)), 0);
  socklen_t bytes = sizeof address;
  getsockname(listener, any, &bytes);
  listen(listener, 1);
  const int client = socket(AF_UNIX, SOCK_STREAM, 0);
  wait_until_later([&] { EXPECT_EQ(connect(client, any, bytes), 0); },
                   [&] { close(accept(listener, nullptr, nullptr)); });
  close(client);
  close(listener);
}

const WaitCase kDescriptors[] = {
    {"ReadOfSocket", Category::kSocket, Operation::kRead, DescriptorKind::kSocket,
     [] { with_peer(make_sockets, read_one); }},
    {"ReadOfPipe", Category::kSync, Operation::kRead, DescriptorKind::kPipe,
     [] { with_peer(make_pipe, read_one); }},
    {"ReadvOfPipe", Category::kSync, Operation::kRead, DescriptorKind::kPipe,
     [] { with_peer(make_pipe, readv_one); }},
    {"ReadOfEventfd", Category::kSync, Operation::kRead, DescriptorKind::kAnonymous, read_event},
    {"OpenOfFifo", Category::kSync, Operation::kOpen, DescriptorKind::kPipe, fifo_open_wait},
    {"FgetsOfPipe", Category::kSync, Operation::kRead, DescriptorKind::kPipe,
     [] {
       stream_wait(make_pipe, [](FILE* stream) {
         char line[16];
         EXPECT_STREQ(fgets(line, sizeof line, stream), "7 lines\n");
       });
     }},
    {"GetcOfSocket", Category::kSocket, Operation::kRead, DescriptorKind::kSocket,
     [] { stream_wait(make_sockets, [](FILE* stream) { EXPECT_EQ(getc(stream), '7'); }); }},
    {"InlineGetcOfSocket", Category::kSocket, Operation::kRead, DescriptorKind::kSocket,
     [] {
       stream_wait(make_sockets, [](FILE* stream) { EXPECT_EQ(getc_unlocked(stream), '7'); });
     }},
    {"ScanfOfSocket", Category::kSocket, Operation::kRead, DescriptorKind::kSocket,
     [] {
       stream_wait(make_sockets, [](FILE* stream) {
         int lines = 0;
         EXPECT_EQ(fscanf(stream, "%d", &lines), 1);
         EXPECT_EQ(lines, 7);
       });
     }},
    {"FflushOfPipe", Category::kSync, Operation::kWrite, DescriptorKind::kPipe, full_pipe_flush},
    {"Receive", Category::kSocket, Operation::kReceive, DescriptorKind::kSocket,
     [] { with_peer(make_sockets, receive_one); }},
    {"ReceiveMessage", Category::kSocket, Operation::kReceive, DescriptorKind::kSocket,
     [] { with_peer(make_sockets, receive_message); }},
    {"Send", Category::kSocket, Operation::kSend, DescriptorKind::kSocket, fill_then_send},
    {"Accept", Category::kSocket, Operation::kAccept, DescriptorKind::kSocket, accept_wait},
    {"SpliceOfSocket", Category::kSocket, Operation::kCopy, DescriptorKind::kSocket,
     [] { with_peer(make_sockets, splice_one); }},
    {"PollOfSocket", Category::kSocket, Operation::kPoll, DescriptorKind::kSocket,
     [] { with_peer(make_sockets, poll_on); }},
    {"PollOfPipe", Category::kSync, Operation::kPoll, DescriptorKind::kPipe,
     [] { with_peer(make_pipe, poll_on); }},
    {"PollOfNothing", Category::kSync, Operation::kPoll, kNone,
     [] { EXPECT_EQ(poll(nullptr, 0, kDelayMs), 0); }},
    {"SelectOfSocket", Category::kSocket, Operation::kPoll, DescriptorKind::kSocket,
     [] { with_peer(make_sockets, select_on); }},
    {"SelectOfPipe", Category::kSync, Operation::kPoll, DescriptorKind::kPipe,
     [] { with_peer(make_pipe, select_on); }},
    {"EpollOfSocket", Category::kSocket, Operation::kPoll, DescriptorKind::kSocket,
     [] { with_peer(make_sockets, epoll_wait_on); }},
    {"EpollOfPipe", Category::kSync, Operation::kPoll, DescriptorKind::kAnonymous,
     [] { with_peer(make_pipe, epoll_wait_on); }},
};

INSTANTIATE_TEST_SUITE_P(Calls, HookDescriptorWaits, testing::ValuesIn(kDescriptors), kNameOf);

}  // namespace
}  // namespace plumbline

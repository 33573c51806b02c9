// profiler/hooks: each blocking call is booked under its category, and the program sees the same
// results and errno as without us.
#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "tests/profiler/recorded_session.h"

namespace plumbline {
namespace {

using analysis::Index;
using analysis::Recording;
using format::Category;
using format::DescriptorKind;
using format::Operation;

constexpr auto kDelay = std::chrono::milliseconds(20);
constexpr std::int64_t kLeastNs = 15'000'000;

struct WaitCase {
  const char* name;
  Category category;
  Operation operation;
  DescriptorKind descriptor;
  std::function<void()> wait;  // blocks for kDelay
};

template <class Later>
auto later(const Later& action) {
  return std::thread([action] {
    std::this_thread::sleep_for(kDelay);
    action();
  });
}

// Runs `wait(reading end)` while something is written to the other end after kDelay.
void with_peer(int (*make_pair)(int*), const std::function<void(int)>& wait) {
  std::array<int, 2> ends{};
  ASSERT_EQ(make_pair(ends.data()), 0);
  std::thread peer = later([&] { ASSERT_EQ(write(ends[1], "x", 1), 1); });
  wait(ends[0]);
  peer.join();
  for (const int end : ends) close(end);
}
int make_sockets(int* ends) { return socketpair(AF_UNIX, SOCK_STREAM, 0, ends); }
int make_pipe(int* ends) { return pipe(ends); }
int make_event(int* ends) {
  ends[0] = eventfd(0, 0);
  ends[1] = dup(ends[0]);
  return 0;
}

void wait_for_mutex() {
  std::mutex mutex;
  std::unique_lock held(mutex);
  std::thread waiter([&] { const std::scoped_lock lock(mutex); });
  std::this_thread::sleep_for(kDelay);
  held.unlock();
  waiter.join();
}

void wait_for_condition(bool with_deadline) {
  std::mutex mutex;
  std::condition_variable condition;
  bool ready = false;
  std::thread peer = later([&] {
    const std::scoped_lock lock(mutex);
    ready = true;
    condition.notify_one();
  });
  std::unique_lock lock(mutex);
  const auto is_ready = [&] { return ready; };
  if (with_deadline) {
    condition.wait_for(lock, std::chrono::seconds(5), is_ready);
  } else {
    condition.wait(lock, is_ready);
  }
  lock.unlock();
  peer.join();
}

void read_one(int fd) {
  char byte = 0;
  EXPECT_EQ(read(fd, &byte, 1), 1);
}
void receive_one(int fd) {
  char byte = 0;
  EXPECT_EQ(recv(fd, &byte, 1, 0), 1);
}
void poll_one(int fd) {
  pollfd watched{fd, POLLIN, 0};
  EXPECT_EQ(poll(&watched, 1, 5'000), 1);
}
void read_event(int fd) {
  std::uint64_t value = 0;
  EXPECT_EQ(read(fd, &value, sizeof value), static_cast<ssize_t>(sizeof value));
}
void with_event() {
  std::array<int, 2> ends{};
  make_event(ends.data());
  std::thread peer = later([&] { eventfd_write(ends[1], 1); });
  read_event(ends[0]);
  peer.join();
  for (const int end : ends) close(end);
}
void fill_then_send() {
  std::array<int, 2> ends{};
  make_sockets(ends.data());
  static std::array<char, 1 << 16> buffer{};
  while (send(ends[0], buffer.data(), buffer.size(), MSG_DONTWAIT) > 0) {
  }
  std::thread peer = later([&] {
    for (int i = 0; i < 64; ++i) {
      if (recv(ends[1], buffer.data(), buffer.size(), MSG_DONTWAIT) <= 0) break;
    }
  });
  EXPECT_GT(send(ends[0], buffer.data(), 1024, 0), 0);
  peer.join();
  for (const int end : ends) close(end);
}

class Hooks : public testing::TestWithParam<WaitCase> {};

TEST_P(Hooks, BlockedTimeIsBookedUnderItsCategory) {
  const WaitCase& expected = GetParam();
  const Recording recording = record("clock=none", [&] {
    const auto tracer = GetTracer("test");
    auto span = tracer->StartActiveSpan("waiting");
    expected.wait();
  });
  const auto& waits = recording.waits;
  bool found = false;
  for (Index row = 0; row < waits.size(); ++row) {
    if (waits.operation[row] != expected.operation) continue;
    if (waits.end[row].wall_ns - waits.begin[row].wall_ns < kLeastNs) continue;
    if (waits.category[row] != expected.category) continue;
    EXPECT_EQ(waits.descriptor_kind[row], expected.descriptor);
    EXPECT_GT(waits.end[row].voluntary_switches, waits.begin[row].voluntary_switches);
    found = true;
  }
  EXPECT_TRUE(found) << waits.size() << " waits, none as expected";
}

const std::array kWaits = {
    WaitCase{"Mutex", Category::kLock, Operation::kMutexLock, DescriptorKind::kNone,
             wait_for_mutex},
    WaitCase{"Condition", Category::kSync, Operation::kConditionWait, DescriptorKind::kNone,
             [] { wait_for_condition(false); }},
    WaitCase{"ConditionWithDeadline", Category::kSync, Operation::kConditionWait,
             DescriptorKind::kNone, [] { wait_for_condition(true); }},
    WaitCase{"Sleep", Category::kSync, Operation::kSleep, DescriptorKind::kNone,
             [] { std::this_thread::sleep_for(kDelay); }},
    WaitCase{"Usleep", Category::kSync, Operation::kSleep, DescriptorKind::kNone,
             [] { usleep(20'000); }},
    WaitCase{"ReadOfSocket", Category::kSocket, Operation::kRead, DescriptorKind::kSocket,
             [] { with_peer(make_sockets, read_one); }},
    WaitCase{"ReadOfPipe", Category::kSync, Operation::kRead, DescriptorKind::kPipe,
             [] { with_peer(make_pipe, read_one); }},
    WaitCase{"ReadOfEventfd", Category::kSync, Operation::kRead, DescriptorKind::kAnonymous,
             with_event},
    WaitCase{"Receive", Category::kSocket, Operation::kReceive, DescriptorKind::kSocket,
             [] { with_peer(make_sockets, receive_one); }},
    WaitCase{"Send", Category::kSocket, Operation::kSend, DescriptorKind::kSocket, fill_then_send},
    WaitCase{"PollOfSocket", Category::kSocket, Operation::kPoll, DescriptorKind::kSocket,
             [] { with_peer(make_sockets, poll_one); }},
    WaitCase{"PollOfPipe", Category::kSync, Operation::kPoll, DescriptorKind::kPipe,
             [] { with_peer(make_pipe, poll_one); }},
    WaitCase{"PollOfNothing", Category::kSync, Operation::kPoll, DescriptorKind::kNone,
             [] { EXPECT_EQ(poll(nullptr, 0, 20), 0); }},
};

INSTANTIATE_TEST_SUITE_P(Calls, Hooks, testing::ValuesIn(kWaits),
                         [](const auto& wait) { return wait.param.name; });

TEST(HooksQuiet, CallsThatDoNotBlockAreSummedNotRecorded) {
  constexpr std::uint32_t kCalls = 100;
  const Recording recording = record("clock=none", [&] {
    const int fd = open("/proc/self/exe", O_RDONLY);
    auto span = GetTracer("test")->StartActiveSpan("reading");
    char buffer[16];
    for (std::uint32_t i = 0; i < kCalls; ++i) {
      EXPECT_EQ(pread(fd, buffer, sizeof buffer, 0), 16);
    }
    close(fd);
  });
  const auto& sums = recording.call_sums;
  std::uint32_t calls = 0;
  for (Index row = 0; row < sums.size(); ++row) {
    if (sums.operation[row] == Operation::kRead) calls += sums.calls[row];
  }
  std::uint32_t events = 0;
  for (Index row = 0; row < recording.waits.size(); ++row) {
    events += recording.waits.operation[row] == Operation::kRead ? 1 : 0;
  }
  EXPECT_EQ(calls + events, kCalls);
  EXPECT_GE(calls, kCalls - 5);  // a page fault or a busy inode may block one
}

// Fault: a hook leaves errno changed. Seen in: dd-trace-php#3654 (EAGAIN became ERANGE).
TEST(HooksQuiet, ResultsAndErrnoStayTheirs) {
  record("rate=10000", [] {
    char byte = 0;
    std::array<int, 2> ends{};
    ASSERT_EQ(make_sockets(ends.data()), 0);
    const auto expect = [](auto result, auto expected_result, int expected_errno) {
      EXPECT_EQ(static_cast<long>(result), static_cast<long>(expected_result));
      EXPECT_EQ(errno, expected_errno);
      errno = 0;
    };
    errno = 0;
    expect(read(-1, &byte, 1), -1, EBADF);
    expect(pread(ends[0], &byte, 1, 0), -1, ESPIPE);
    expect(write(-1, &byte, 1), -1, EBADF);
    expect(fsync(ends[0]), -1, EINVAL);
    expect(recv(ends[0], &byte, 1, MSG_DONTWAIT), -1, EAGAIN);
    expect(send(ends[0], &byte, 1, 0), 1, 0);
    void* volatile nowhere = nullptr;
    expect(read(ends[1], nowhere, 1), -1, EFAULT);
    const timespec negative{-1, 0};
    expect(nanosleep(&negative, nullptr), -1, EINVAL);
    expect(clock_nanosleep(CLOCK_MONOTONIC, 0, &negative, nullptr), EINVAL, 0);
    expect(poll(nullptr, 0, 1), 0, 0);
    expect(ppoll(nullptr, 0, &negative, nullptr), -1, EINVAL);
    errno = 77;
    usleep(1'000);
    sleep(0);
    EXPECT_EQ(errno, 77);
    for (const int end : ends) close(end);
  });
}

TEST(HooksQuiet, MutexKindsKeepTheirMeaning) {
  record("", [] {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutex_t mutex;
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&mutex, &attributes);
    EXPECT_EQ(pthread_mutex_lock(&mutex), 0);
    EXPECT_EQ(pthread_mutex_lock(&mutex), EDEADLK);
    EXPECT_EQ(pthread_mutex_unlock(&mutex), 0);
    pthread_mutex_destroy(&mutex);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&mutex, &attributes);
    EXPECT_EQ(pthread_mutex_lock(&mutex), 0);
    EXPECT_EQ(pthread_mutex_lock(&mutex), 0);
    EXPECT_EQ(pthread_mutex_unlock(&mutex), 0);
    EXPECT_EQ(pthread_mutex_unlock(&mutex), 0);
    EXPECT_EQ(pthread_mutex_unlock(&mutex), EPERM);
    pthread_mutex_destroy(&mutex);
    pthread_mutexattr_destroy(&attributes);
  });
}

// The program's own signals still interrupt its calls.
TEST(HooksQuiet, SignalsOfTheProgramStillInterrupt) {
  record("rate=10000", [] {
    struct sigaction action {
    }, before{};
    action.sa_handler = [](int) {};
    sigaction(SIGALRM, &action, &before);
    const itimerval soon{{0, 0}, {0, 5'000}};
    setitimer(ITIMER_REAL, &soon, nullptr);
    timespec rest{};
    const timespec long_time{5, 0};
    EXPECT_EQ(nanosleep(&long_time, &rest), -1);
    EXPECT_EQ(errno, EINTR);
    EXPECT_GE(rest.tv_sec, 4);
    setitimer(ITIMER_REAL, &soon, nullptr);
    EXPECT_EQ(poll(nullptr, 0, 5'000), -1);
    EXPECT_EQ(errno, EINTR);
    sigaction(SIGALRM, &before, nullptr);
  });
}

}  // namespace
}  // namespace plumbline

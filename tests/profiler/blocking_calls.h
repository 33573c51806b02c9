// Calls that block for kDelay, as tests of the hooks need them: something happens later on another
// thread, or a time limit passes.
//
// Thread rule: each function uses threads of its own and joins them. Failure: GoogleTest's.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <functional>
#include <thread>

namespace plumbline {

inline constexpr auto kDelay = std::chrono::milliseconds(40);
inline constexpr std::int64_t kLeastNs = 15'000'000;  // on a busy machine the waiter comes late

// `action`, kDelay from now, on another thread.
template <class Action>
std::thread later(const Action& action) {
  return std::thread([action] {
    std::this_thread::sleep_for(kDelay);
    action();
  });
}

// `wait`, while `action` happens kDelay later.
template <class Action, class Wait>
void wait_until_later(const Action& action, const Wait& wait) {
  std::thread peer = later(action);
  wait();
  peer.join();
}

inline int make_sockets(int* ends) { return socketpair(AF_UNIX, SOCK_STREAM, 0, ends); }
inline int make_pipe(int* ends) { return pipe(ends); }

// Two ends, closed when it goes.
class Ends {
 public:
  explicit Ends(int (*make)(int*)) { EXPECT_EQ(make(ends_.data()), 0); }
  ~Ends() {
    for (const int end : ends_) close(end);
  }
  Ends(const Ends&) = delete;
  Ends& operator=(const Ends&) = delete;
  int reading() const { return ends_[0]; }
  int writing() const { return ends_[1]; }
  void write_one() const { EXPECT_EQ(::write(ends_[1], "x", 1), 1); }

 private:
  std::array<int, 2> ends_{};
};

// Runs `wait(reading end)` while a byte arrives there kDelay later.
template <class Wait>
void with_peer(int (*make)(int*), const Wait& wait) {
  const Ends ends(make);
  wait_until_later([&] { ends.write_one(); }, [&] { wait(ends.reading()); });
}

// A moment kDelay from now.
inline timespec moment(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  const std::int64_t ns = time.tv_nsec + std::chrono::nanoseconds(kDelay).count();
  return {time.tv_sec + ns / 1'000'000'000, ns % 1'000'000'000};
}

inline constexpr timespec kDelayTime{0, std::chrono::nanoseconds(kDelay).count()};
inline constexpr int kDelayMs = kDelay.count();

}  // namespace plumbline

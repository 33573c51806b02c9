// send, recv, and poll. Category `socket`; for poll, when any watched descriptor is one.
//
// A poll that only our sampling signal cut short goes on for the time that remains.
#include "profiler/capture/wait.h"
#include "profiler/hooks/export.h"
#include "profiler/hooks/interrupted.h"
#include "profiler/hooks/original.h"

#include <errno.h>

#include <algorithm>

namespace plumbline::hooks {
namespace {

capture::WaitKind sending(int fd) {
  return {.operation = format::Operation::kSend,
          .category = format::Category::kSocket,
          .descriptor = fd};
}
capture::WaitKind receiving(int fd) {
  return {.operation = format::Operation::kReceive,
          .category = format::Category::kSocket,
          .descriptor = fd};
}
capture::WaitKind polling(const pollfd* watched, nfds_t count) {
  return {.operation = format::Operation::kPoll,
          .watched = {watched, watched != nullptr ? count : 0}};
}

constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kForever = -1;

// Calls `poll_for(nanoseconds left)` until it was not only our signal that ended it.
template <class Poll>
int poll_on(std::int64_t timeout_ns, const Poll& poll_for) {
  const std::int64_t end_ns = timeout_ns > 0 ? base::monotonic_ns() + timeout_ns : 0;
  int result = poll_for(timeout_ns);
  while (result < 0 && errno == EINTR && only_we_interrupted()) {
    std::int64_t left_ns = timeout_ns;
    if (timeout_ns > 0) left_ns = std::max<std::int64_t>(end_ns - base::monotonic_ns(), 0);
    result = poll_for(left_ns);
  }
  return result;
}

// poll's milliseconds; what is left is rounded up, as the kernel waits at least that long.
std::int64_t from_ms(int timeout_ms) {
  return timeout_ms < 0 ? kForever : timeout_ms * kMillisecond;
}
int to_ms(std::int64_t timeout_ns) {
  return timeout_ns < 0 ? -1 : static_cast<int>((timeout_ns + kMillisecond - 1) / kMillisecond);
}

// ppoll with what is left of `timeout` (null: for ever), which stays as the caller wrote it.
template <class Poll>
int ppoll_on(const timespec* timeout, const Poll& poll_for) {
  if (timeout == nullptr) {
    return poll_on(kForever, [&](std::int64_t) { return poll_for(nullptr); });
  }
  // What the kernel refuses, it shall refuse itself; what overflows is as good as for ever.
  constexpr time_t kLongest = 1'000'000'000;
  if (timeout->tv_sec < 0 || timeout->tv_sec > kLongest || timeout->tv_nsec < 0 ||
      timeout->tv_nsec >= kSecond) {
    return poll_for(timeout);
  }
  return poll_on(timeout->tv_sec * kSecond + timeout->tv_nsec, [&](std::int64_t left_ns) {
    const timespec left{left_ns / kSecond, left_ns % kSecond};
    return poll_for(&left);
  });
}

}  // namespace
}  // namespace plumbline::hooks

using plumbline::capture::recorded;
using plumbline::hooks::from_ms;
using plumbline::hooks::original;
using plumbline::hooks::poll_on;
using plumbline::hooks::polling;
using plumbline::hooks::ppoll_on;
using plumbline::hooks::receiving;
using plumbline::hooks::sending;
using plumbline::hooks::to_ms;

PLUMBLINE_HOOK ssize_t send(int fd, const void* buffer, size_t bytes, int flags) {
  return recorded(sending(fd), [&] { return original().send(fd, buffer, bytes, flags); });
}

PLUMBLINE_HOOK ssize_t sendto(int fd, const void* buffer, size_t bytes, int flags,
                              const sockaddr* address, socklen_t address_bytes) {
  return recorded(sending(fd), [&] {
    return original().sendto(fd, buffer, bytes, flags, address, address_bytes);
  });
}

PLUMBLINE_HOOK ssize_t recv(int fd, void* buffer, size_t bytes, int flags) {
  return recorded(receiving(fd), [&] { return original().recv(fd, buffer, bytes, flags); });
}

PLUMBLINE_HOOK ssize_t __recv_chk(int fd, void* buffer, size_t bytes, size_t room, int flags) {
  return recorded(receiving(fd),
                  [&] { return original().recv_chk(fd, buffer, bytes, room, flags); });
}

PLUMBLINE_HOOK ssize_t recvfrom(int fd, void* buffer, size_t bytes, int flags, sockaddr* address,
                                socklen_t* address_bytes) {
  return recorded(receiving(fd), [&] {
    return original().recvfrom(fd, buffer, bytes, flags, address, address_bytes);
  });
}

PLUMBLINE_HOOK ssize_t __recvfrom_chk(int fd, void* buffer, size_t bytes, size_t room, int flags,
                                      sockaddr* address, socklen_t* address_bytes) {
  return recorded(receiving(fd), [&] {
    return original().recvfrom_chk(fd, buffer, bytes, room, flags, address, address_bytes);
  });
}

PLUMBLINE_HOOK int poll(pollfd* watched, nfds_t count, int timeout_ms) {
  return recorded(polling(watched, count), [&] {
    return poll_on(from_ms(timeout_ms), [&](std::int64_t left_ns) {
      return original().poll(watched, count, to_ms(left_ns));
    });
  });
}

PLUMBLINE_HOOK int __poll_chk(pollfd* watched, nfds_t count, int timeout_ms, size_t room) {
  return recorded(polling(watched, count), [&] {
    return poll_on(from_ms(timeout_ms), [&](std::int64_t left_ns) {
      return original().poll_chk(watched, count, to_ms(left_ns), room);
    });
  });
}

PLUMBLINE_HOOK int ppoll(pollfd* watched, nfds_t count, const timespec* timeout,
                         const sigset_t* mask) {
  return recorded(polling(watched, count), [&] {
    return ppoll_on(timeout, [&](const timespec* left) {
      return original().ppoll(watched, count, left, mask);
    });
  });
}

PLUMBLINE_HOOK int __ppoll_chk(pollfd* watched, nfds_t count, const timespec* timeout,
                               const sigset_t* mask, size_t room) {
  return recorded(polling(watched, count), [&] {
    return ppoll_on(timeout, [&](const timespec* left) {
      return original().ppoll_chk(watched, count, left, mask, room);
    });
  });
}

// Socket calls that only our signal cut short: made again, within the socket's own time limit.
//
// A socket with SO_RCVTIMEO or SO_SNDTIMEO returns EINTR even to a handler with SA_RESTART, and the
// limit starts anew with each call; so the time that has passed since the first one is compared
// with it here. A call that is made again may wait for up to one whole limit more.
// Thread rule: the thread that makes the call. Signal rule: async-signal-safe. Failure: the call's.
#pragma once

#include <errno.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "profiler/hooks/interrupted.h"

namespace plumbline::hooks {

// True when `since_ns` is longer ago than the limit of `fd`, as the kernel knows it.
inline bool is_out_of_time(int fd, int option, std::int64_t since_ns) {
  timeval limit{};
  socklen_t bytes = sizeof limit;
  if (base::sys::call(SYS_getsockopt, fd, SOL_SOCKET, option, base::sys::address(&limit),
                      base::sys::address(&bytes)) != 0) {
    return false;
  }
  const std::int64_t limit_ns = limit.tv_sec * kSecondNs + limit.tv_usec * 1000;
  return limit_ns > 0 && base::monotonic_ns() - since_ns >= limit_ns;
}

template <class Call>
auto socket_call_in_time(int fd, int option, Call&& call) {
  const int saved_errno = errno;
  const OurSignal our_signal;
  auto result = call();
  if (!(result < 0 && errno == EINTR)) [[likely]]
    return result;
  const std::int64_t since_ns = base::monotonic_ns();
  while (result < 0 && errno == EINTR && our_signal.alone_interrupted()) {
    if (is_out_of_time(fd, option, since_ns)) {
      errno = EAGAIN;
      break;
    }
    errno = saved_errno;
    result = call();
  }
  return result;
}

template <class Call>
auto received_in_time(int fd, Call&& call) {
  return socket_call_in_time(fd, SO_RCVTIMEO, call);
}
template <class Call>
auto sent_in_time(int fd, Call&& call) {
  return socket_call_in_time(fd, SO_SNDTIMEO, call);
}

}  // namespace plumbline::hooks

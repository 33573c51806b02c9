// What poll, select and epoll wait on: a socket when any of the descriptors is one.
//
// Between poll_hooks.cc and capture's WaitKind. At most kMostLookedAt descriptors are looked at.
// Thread rule: the thread that makes the call; note_epoll_addition any.
// Signal rule: async-signal-safe. Failure: kNone or kUnknown, booked as sync.
#pragma once

#include <poll.h>
#include <sys/select.h>

#include "profiler/capture/wait.h"

namespace plumbline::hooks {

inline constexpr std::size_t kMostLookedAt = 1024;

struct WatchedPoll {
  const pollfd* descriptors;
  nfds_t count;
};

// The union of select's three sets as they were before the call, which writes over them.
struct WatchedSets {
  WatchedSets(int count, const fd_set* reads, const fd_set* writes, const fd_set* errors);

  static constexpr std::size_t kWords = kMostLookedAt / 64;
  std::uint64_t words[kWords];
};

// The arguments must live as long as the call.
capture::WaitKind polling(const WatchedPoll& watched);
capture::WaitKind selecting(const WatchedSets& watched);
capture::WaitKind epolling(int epoll_fd);

// EPOLL_CTL_ADD has added `fd`.
void note_epoll_addition(int epoll_fd, int fd);

}  // namespace plumbline::hooks

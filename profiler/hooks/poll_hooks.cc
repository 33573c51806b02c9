// poll, select, epoll. Category `socket` when any watched descriptor is one, else `sync`.
//
// What only our sampling signal cut short goes on for the time that remains.
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>

#include "profiler/capture/descriptor_kind.h"
#include "profiler/hooks/interrupted.h"
#include "profiler/hooks/recorded_hook.h"
#include "profiler/hooks/watched.h"

using namespace plumbline::hooks;

#define PLUMBLINE_POLL_MS(name, parameters, arguments)                                     \
  PLUMBLINE_HOOK int name parameters {                                                     \
    const WatchedPoll watched{descriptors, count};                                         \
    return recorded(polling(watched), [&] {                                                \
      return uninterrupted_for_ms(timeout_ms,                                              \
                                  [&](int left_ms) { return original().name arguments; }); \
    });                                                                                    \
  }
#define PLUMBLINE_POLL_NS(name, parameters, arguments)                                           \
  PLUMBLINE_HOOK int name parameters {                                                           \
    const WatchedPoll watched{descriptors, count};                                               \
    return recorded(polling(watched), [&] {                                                      \
      return uninterrupted_for(timeout,                                                          \
                               [&](const timespec* left) { return original().name arguments; }); \
    });                                                                                          \
  }

PLUMBLINE_POLL_MS(poll, (pollfd * descriptors, nfds_t count, int timeout_ms),
                  (descriptors, count, left_ms))
PLUMBLINE_ALIAS(__poll, poll);
PLUMBLINE_POLL_MS(__poll_chk, (pollfd * descriptors, nfds_t count, int timeout_ms, size_t room),
                  (descriptors, count, left_ms, room))
PLUMBLINE_POLL_NS(ppoll,
                  (pollfd * descriptors, nfds_t count, const timespec* timeout,
                   const sigset_t* mask),
                  (descriptors, count, left, mask))
PLUMBLINE_POLL_NS(__ppoll_chk,
                  (pollfd * descriptors, nfds_t count, const timespec* timeout,
                   const sigset_t* mask, size_t room),
                  (descriptors, count, left, mask, room))

// The kernel writes into `timeout` what is left of it, so that it can be passed again.
PLUMBLINE_HOOK int select(int count, fd_set* reads, fd_set* writes, fd_set* errors,
                          timeval* timeout) {
  const WatchedSets watched(count, reads, writes, errors);
  return recorded(selecting(watched), [&] {
    return uninterrupted([&] { return original().select(count, reads, writes, errors, timeout); });
  });
}
PLUMBLINE_ALIAS(__select, select);

PLUMBLINE_HOOK int pselect(int count, fd_set* reads, fd_set* writes, fd_set* errors,
                           const timespec* timeout, const sigset_t* mask) {
  const WatchedSets watched(count, reads, writes, errors);
  return recorded(selecting(watched), [&] {
    return uninterrupted_for(timeout, [&](const timespec* left) {
      return original().pselect(count, reads, writes, errors, left, mask);
    });
  });
}

PLUMBLINE_HOOK int epoll_wait(int fd, epoll_event* events, int room, int timeout_ms) {
  return recorded(epolling(fd), [&] {
    return uninterrupted_for_ms(
        timeout_ms, [&](int left_ms) { return original().epoll_wait(fd, events, room, left_ms); });
  });
}
PLUMBLINE_HOOK int epoll_pwait(int fd, epoll_event* events, int room, int timeout_ms,
                               const sigset_t* mask) {
  return recorded(epolling(fd), [&] {
    return uninterrupted_for_ms(timeout_ms, [&](int left_ms) {
      return original().epoll_pwait(fd, events, room, left_ms, mask);
    });
  });
}
PLUMBLINE_HOOK int epoll_pwait2(int fd, epoll_event* events, int room, const timespec* timeout,
                                const sigset_t* mask) {
  return recorded(epolling(fd), [&] {
    return uninterrupted_for(timeout, [&](const timespec* left) {
      return original().epoll_pwait2(fd, events, room, left, mask);
    });
  });
}

// Does not block; says what epoll_wait will wait for.
PLUMBLINE_HOOK int epoll_ctl(int fd, int command, int watched, epoll_event* event) {
  const int result = original().epoll_ctl(fd, command, watched, event);
  if (result == 0 && command == EPOLL_CTL_ADD) note_epoll_addition(fd, watched);
  return result;
}

// Sending, receiving, connecting. Category `socket`.
//
// A socket with a time limit of its own returns EINTR to any signal: socket_timeout.h.
#include <sys/socket.h>

#include "profiler/capture/descriptor_kind.h"
#include "profiler/hooks/recorded_hook.h"
#include "profiler/hooks/socket_timeout.h"

using namespace plumbline::hooks;
using plumbline::capture::forget_descriptor;

#define PLUMBLINE_SEND(Result, name, parameters, arguments)                                       \
  PLUMBLINE_HOOK Result name parameters {                                                         \
    return recorded(on_socket(Operation::kSend, fd),                                              \
                    [&] { return sent_in_time(fd, [&] { return original().name arguments; }); }); \
  }
#define PLUMBLINE_RECEIVE(Result, name, parameters, arguments)                \
  PLUMBLINE_HOOK Result name parameters {                                     \
    return recorded(on_socket(Operation::kReceive, fd), [&] {                 \
      return received_in_time(fd, [&] { return original().name arguments; }); \
    });                                                                       \
  }

PLUMBLINE_SEND(ssize_t, send, (int fd, const void* buffer, size_t bytes, int flags),
               (fd, buffer, bytes, flags))
PLUMBLINE_ALIAS(__send, send);
PLUMBLINE_SEND(ssize_t, sendto,
               (int fd, const void* buffer, size_t bytes, int flags, const sockaddr* address,
                socklen_t address_bytes),
               (fd, buffer, bytes, flags, address, address_bytes))
PLUMBLINE_SEND(ssize_t, sendmsg, (int fd, const msghdr* message, int flags), (fd, message, flags))
PLUMBLINE_SEND(int, sendmmsg, (int fd, mmsghdr* messages, unsigned count, int flags),
               (fd, messages, count, flags))

PLUMBLINE_RECEIVE(ssize_t, recv, (int fd, void* buffer, size_t bytes, int flags),
                  (fd, buffer, bytes, flags))
PLUMBLINE_RECEIVE(ssize_t, __recv_chk, (int fd, void* buffer, size_t bytes, size_t room, int flags),
                  (fd, buffer, bytes, room, flags))
PLUMBLINE_RECEIVE(ssize_t, recvfrom,
                  (int fd, void* buffer, size_t bytes, int flags, sockaddr* address,
                   socklen_t* address_bytes),
                  (fd, buffer, bytes, flags, address, address_bytes))
PLUMBLINE_RECEIVE(ssize_t, __recvfrom_chk,
                  (int fd, void* buffer, size_t bytes, size_t room, int flags, sockaddr* address,
                   socklen_t* address_bytes),
                  (fd, buffer, bytes, room, flags, address, address_bytes))
PLUMBLINE_RECEIVE(ssize_t, recvmsg, (int fd, msghdr* message, int flags), (fd, message, flags))
PLUMBLINE_RECEIVE(int, recvmmsg,
                  (int fd, mmsghdr* messages, unsigned count, int flags, timespec* timeout),
                  (fd, messages, count, flags, timeout))

namespace plumbline::hooks {
namespace {

// A number that was closed behind our back may still be known as something else.
template <class Accept>
[[gnu::always_inline]] inline int accepted(int fd, const Accept& accept) {
  const int connection =
      recorded(on_socket(Operation::kAccept, fd), [&] { return received_in_time(fd, accept); });
  forget_descriptor(connection);
  return connection;
}

}  // namespace
}  // namespace plumbline::hooks

PLUMBLINE_HOOK int accept(int fd, sockaddr* address, socklen_t* bytes) {
  return accepted(fd, [&] { return original().accept(fd, address, bytes); });
}
PLUMBLINE_HOOK int accept4(int fd, sockaddr* address, socklen_t* bytes, int flags) {
  return accepted(fd, [&] { return original().accept4(fd, address, bytes, flags); });
}

// A connection goes on being made while connect is called again, which then waits for it. One that
// takes longer than the socket's time limit is EALREADY then, and EINPROGRESS without us.
PLUMBLINE_HOOK int connect(int fd, const sockaddr* address, socklen_t bytes) {
  return recorded(on_socket(Operation::kConnect, fd), [&] {
    return sent_in_time(fd, [&, again = false]() mutable {
      const int result = original().connect(fd, address, bytes);
      if (again && result < 0 && errno == EALREADY) errno = EINPROGRESS;
      again = true;
      return result;
    });
  });
}
PLUMBLINE_ALIAS(__connect, connect);

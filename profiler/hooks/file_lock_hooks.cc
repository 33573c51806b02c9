// Locks on files. Category `lock`, whatever the descriptor is. fcntl also hands out descriptors.
#include <fcntl.h>
#include <stdarg.h>
#include <sys/file.h>

#include "profiler/capture/descriptor_kind.h"
#include "profiler/hooks/recorded_hook.h"

namespace plumbline::hooks {
namespace {

WaitKind file_lock(int fd) {
  return {.operation = Operation::kFileLock, .category = Category::kLock, .descriptor = fd};
}

template <class Fcntl>
[[gnu::always_inline]] inline int fcntl_recorded(const Fcntl& call, int fd, int command,
                                                 void* argument) {
  switch (command) {
    case F_SETLKW:
    case F_OFD_SETLKW:
      return recorded(file_lock(fd), [&] { return call(fd, command, argument); });
    case F_DUPFD:
    case F_DUPFD_CLOEXEC: {
      const int duplicate = call(fd, command, argument);
      capture::forget_descriptor(duplicate);
      return duplicate;
    }
    default:
      return call(fd, command, argument);
  }
}

}  // namespace
}  // namespace plumbline::hooks

using plumbline::hooks::fcntl_recorded;
using plumbline::hooks::file_lock;
using plumbline::hooks::original;

PLUMBLINE_RECORDED(int, flock, (int fd, int operation), (fd, operation), file_lock(fd))
PLUMBLINE_RECORDED(int, lockf, (int fd, int command, off_t bytes), (fd, command, bytes),
                   file_lock(fd))
PLUMBLINE_RECORDED(int, lockf64, (int fd, int command, off64_t bytes), (fd, command, bytes),
                   file_lock(fd))

// Commands without an argument get what happens to stand in its place, as in libc itself.
PLUMBLINE_HOOK int fcntl(int fd, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* argument = va_arg(arguments, void*);
  va_end(arguments);
  return fcntl_recorded(original().fcntl, fd, command, argument);
}
PLUMBLINE_ALIAS(__fcntl, fcntl);

PLUMBLINE_HOOK int fcntl64(int fd, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* argument = va_arg(arguments, void*);
  va_end(arguments);
  return fcntl_recorded(original().fcntl64, fd, command, argument);
}

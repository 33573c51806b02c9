// read, write and their kin. Category by the descriptor: the same read is file I/O, socket I/O or
// synchronization.
//
// The `64` names are the same functions on x86-64; the `_chk` ones are what Debian's programs call,
// which are built with _FORTIFY_SOURCE; those with two underscores are libc's older names.
// A read of a socket with a time limit of its own (SO_RCVTIMEO) may be cut short by our signal.
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include "profiler/hooks/recorded_hook.h"
#include "profiler/hooks/socket_timeout.h"

namespace plumbline::hooks {
namespace {

WaitKind reading(int fd) { return on_descriptor(Operation::kRead, fd); }
WaitKind writing(int fd) { return on_descriptor(Operation::kWrite, fd); }

}  // namespace
}  // namespace plumbline::hooks

using namespace plumbline::hooks;

#define PLUMBLINE_READ(name, parameters, arguments)                           \
  PLUMBLINE_HOOK ssize_t name parameters {                                    \
    return recorded(reading(fd), [&] {                                        \
      return received_in_time(fd, [&] { return original().name arguments; }); \
    });                                                                       \
  }
#define PLUMBLINE_WRITE(name, parameters, arguments)                                              \
  PLUMBLINE_HOOK ssize_t name parameters {                                                        \
    return recorded(writing(fd),                                                                  \
                    [&] { return sent_in_time(fd, [&] { return original().name arguments; }); }); \
  }

PLUMBLINE_READ(read, (int fd, void* buffer, size_t bytes), (fd, buffer, bytes))
PLUMBLINE_ALIAS(__read, read);
PLUMBLINE_READ(__read_chk, (int fd, void* buffer, size_t bytes, size_t room),
               (fd, buffer, bytes, room))
PLUMBLINE_READ(readv, (int fd, const iovec* pieces, int count), (fd, pieces, count))
PLUMBLINE_READ(pread, (int fd, void* buffer, size_t bytes, off_t offset),
               (fd, buffer, bytes, offset))
PLUMBLINE_READ(pread64, (int fd, void* buffer, size_t bytes, off64_t offset),
               (fd, buffer, bytes, offset))
PLUMBLINE_ALIAS(__pread64, pread64);
PLUMBLINE_READ(__pread_chk, (int fd, void* buffer, size_t bytes, off_t offset, size_t room),
               (fd, buffer, bytes, offset, room))
PLUMBLINE_READ(__pread64_chk, (int fd, void* buffer, size_t bytes, off64_t offset, size_t room),
               (fd, buffer, bytes, offset, room))
PLUMBLINE_READ(preadv, (int fd, const iovec* pieces, int count, off_t offset),
               (fd, pieces, count, offset))
PLUMBLINE_READ(preadv64, (int fd, const iovec* pieces, int count, off64_t offset),
               (fd, pieces, count, offset))
PLUMBLINE_READ(preadv2, (int fd, const iovec* pieces, int count, off_t offset, int flags),
               (fd, pieces, count, offset, flags))
PLUMBLINE_READ(preadv64v2, (int fd, const iovec* pieces, int count, off64_t offset, int flags),
               (fd, pieces, count, offset, flags))

PLUMBLINE_WRITE(write, (int fd, const void* buffer, size_t bytes), (fd, buffer, bytes))
PLUMBLINE_ALIAS(__write, write);
PLUMBLINE_WRITE(writev, (int fd, const iovec* pieces, int count), (fd, pieces, count))
PLUMBLINE_WRITE(pwrite, (int fd, const void* buffer, size_t bytes, off_t offset),
                (fd, buffer, bytes, offset))
PLUMBLINE_WRITE(pwrite64, (int fd, const void* buffer, size_t bytes, off64_t offset),
                (fd, buffer, bytes, offset))
PLUMBLINE_ALIAS(__pwrite64, pwrite64);
PLUMBLINE_WRITE(pwritev, (int fd, const iovec* pieces, int count, off_t offset),
                (fd, pieces, count, offset))
PLUMBLINE_WRITE(pwritev64, (int fd, const iovec* pieces, int count, off64_t offset),
                (fd, pieces, count, offset))
PLUMBLINE_WRITE(pwritev2, (int fd, const iovec* pieces, int count, off_t offset, int flags),
                (fd, pieces, count, offset, flags))
PLUMBLINE_WRITE(pwritev64v2, (int fd, const iovec* pieces, int count, off64_t offset, int flags),
                (fd, pieces, count, offset, flags))

PLUMBLINE_RECORDED(ssize_t, readahead, (int fd, off64_t offset, size_t bytes), (fd, offset, bytes),
                   reading(fd))
PLUMBLINE_RECORDED(int, posix_fadvise, (int fd, off_t offset, off_t bytes, int advice),
                   (fd, offset, bytes, advice), reading(fd))
PLUMBLINE_RECORDED(int, posix_fadvise64, (int fd, off64_t offset, off64_t bytes, int advice),
                   (fd, offset, bytes, advice), reading(fd))

// Their own read and write, which libc does not let us see.
PLUMBLINE_RECORDED(int, eventfd_read, (int fd, eventfd_t* value), (fd, value), reading(fd))
PLUMBLINE_RECORDED(int, eventfd_write, (int fd, eventfd_t value), (fd, value), writing(fd))

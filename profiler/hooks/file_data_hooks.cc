// Data that goes to a device, or from one descriptor to another without the program seeing it.
//
// A copy is booked as socket when either end is one, else as file when either end is one, else as
// sync (two pipes). Terminals and devices by the descriptor.
#include <fcntl.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <termios.h>
#include <unistd.h>

#include "profiler/capture/descriptor_kind.h"
#include "profiler/hooks/recorded_hook.h"
#include "profiler/hooks/socket_timeout.h"

namespace plumbline::hooks {
namespace {

using capture::Ask;
using format::DescriptorKind;

struct CopyEnds {
  int from;
  int to;
};

DescriptorKind kind_of_copy(const void* what, Ask ask) {
  const auto& ends = *static_cast<const CopyEnds*>(what);
  const auto kind_of = [&](int fd) {
    return ask == Ask::kKernel ? capture::descriptor_kind(fd)
                               : capture::remembered_descriptor_kind(fd);
  };
  const DescriptorKind from = kind_of(ends.from), to = kind_of(ends.to);
  for (const DescriptorKind wanted : {DescriptorKind::kSocket, DescriptorKind::kFile}) {
    if (from == wanted || to == wanted) return wanted;
  }
  return from;
}

WaitKind copying(const CopyEnds& ends) {
  return {.operation = Operation::kCopy,
          .descriptor = ends.from,
          .watched = {.kind = kind_of_copy, .what = &ends}};
}

WaitKind syncing(int fd) { return on_descriptor(Operation::kSyncFile, fd); }
constexpr WaitKind kSyncing{.operation = Operation::kSyncFile, .category = Category::kFile};

}  // namespace
}  // namespace plumbline::hooks

using namespace plumbline::hooks;

PLUMBLINE_RECORDED(int, fsync, (int fd), (fd), syncing(fd))
PLUMBLINE_RECORDED(int, fdatasync, (int fd), (fd), syncing(fd))
PLUMBLINE_RECORDED(int, syncfs, (int fd), (fd), syncing(fd))
PLUMBLINE_RECORDED(int, sync_file_range, (int fd, off64_t offset, off64_t bytes, unsigned flags),
                   (fd, offset, bytes, flags), syncing(fd))
PLUMBLINE_RECORDED(int, tcdrain, (int fd), (fd), syncing(fd))
PLUMBLINE_RECORDED(void, sync, (), (), kSyncing)
PLUMBLINE_RECORDED(int, msync, (void* start, size_t bytes, int flags), (start, bytes, flags),
                   kSyncing)

#define PLUMBLINE_COPY(name, parameters, from, to, arguments)                                     \
  PLUMBLINE_HOOK ssize_t name parameters {                                                        \
    const CopyEnds ends{from, to};                                                                \
    return recorded(copying(ends),                                                                \
                    [&] { return sent_in_time(to, [&] { return original().name arguments; }); }); \
  }

PLUMBLINE_COPY(sendfile, (int to, int from, off_t* offset, size_t bytes), from, to,
               (to, from, offset, bytes))
PLUMBLINE_COPY(sendfile64, (int to, int from, off64_t* offset, size_t bytes), from, to,
               (to, from, offset, bytes))
PLUMBLINE_COPY(copy_file_range,
               (int from, off64_t* from_offset, int to, off64_t* to_offset, size_t bytes,
                unsigned flags),
               from, to, (from, from_offset, to, to_offset, bytes, flags))
PLUMBLINE_COPY(splice,
               (int from, off64_t* from_offset, int to, off64_t* to_offset, size_t bytes,
                unsigned flags),
               from, to, (from, from_offset, to, to_offset, bytes, flags))
PLUMBLINE_COPY(tee, (int from, int to, size_t bytes, unsigned flags), from, to,
               (from, to, bytes, flags))
PLUMBLINE_RECORDED(ssize_t, vmsplice, (int fd, const iovec* pieces, size_t count, unsigned flags),
                   (fd, pieces, count, flags), on_descriptor(Operation::kCopy, fd))

// Requests without an argument get what happens to stand in its place, as in libc itself.
PLUMBLINE_HOOK int ioctl(int fd, unsigned long request, ...) {
  va_list arguments;
  va_start(arguments, request);
  void* argument = va_arg(arguments, void*);
  va_end(arguments);
  return recorded(on_descriptor(Operation::kDeviceControl, fd),
                  [&] { return original().ioctl(fd, request, argument); });
}

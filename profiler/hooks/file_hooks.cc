// read, write and their kin. Category by the descriptor: the same read is file I/O, socket I/O or
// synchronization.
//
// The `64` names are the same functions on x86-64; the `_chk` ones are what Debian's programs call,
// which are built with _FORTIFY_SOURCE.
#include "profiler/capture/wait.h"
#include "profiler/hooks/export.h"
#include "profiler/hooks/original.h"

namespace plumbline::hooks {
namespace {

capture::WaitKind reading(int fd) {
  return {.operation = format::Operation::kRead, .descriptor = fd};
}
capture::WaitKind writing(int fd) {
  return {.operation = format::Operation::kWrite, .descriptor = fd};
}
capture::WaitKind syncing(int fd) {
  return {.operation = format::Operation::kSyncFile, .descriptor = fd};
}

}  // namespace
}  // namespace plumbline::hooks

using plumbline::capture::recorded;
using plumbline::hooks::original;
using plumbline::hooks::reading;
using plumbline::hooks::syncing;
using plumbline::hooks::writing;

PLUMBLINE_HOOK ssize_t read(int fd, void* buffer, size_t bytes) {
  return recorded(reading(fd), [&] { return original().read(fd, buffer, bytes); });
}

PLUMBLINE_HOOK ssize_t __read_chk(int fd, void* buffer, size_t bytes, size_t room) {
  return recorded(reading(fd), [&] { return original().read_chk(fd, buffer, bytes, room); });
}

PLUMBLINE_HOOK ssize_t pread(int fd, void* buffer, size_t bytes, off_t offset) {
  return recorded(reading(fd), [&] { return original().pread(fd, buffer, bytes, offset); });
}

PLUMBLINE_HOOK ssize_t pread64(int fd, void* buffer, size_t bytes, off_t offset) {
  return recorded(reading(fd), [&] { return original().pread(fd, buffer, bytes, offset); });
}

PLUMBLINE_HOOK ssize_t __pread_chk(int fd, void* buffer, size_t bytes, off_t offset, size_t room) {
  return recorded(reading(fd),
                  [&] { return original().pread_chk(fd, buffer, bytes, offset, room); });
}

PLUMBLINE_HOOK ssize_t __pread64_chk(int fd, void* buffer, size_t bytes, off_t offset,
                                     size_t room) {
  return recorded(reading(fd),
                  [&] { return original().pread_chk(fd, buffer, bytes, offset, room); });
}

PLUMBLINE_HOOK ssize_t write(int fd, const void* buffer, size_t bytes) {
  return recorded(writing(fd), [&] { return original().write(fd, buffer, bytes); });
}

PLUMBLINE_HOOK ssize_t pwrite(int fd, const void* buffer, size_t bytes, off_t offset) {
  return recorded(writing(fd), [&] { return original().pwrite(fd, buffer, bytes, offset); });
}

PLUMBLINE_HOOK ssize_t pwrite64(int fd, const void* buffer, size_t bytes, off_t offset) {
  return recorded(writing(fd), [&] { return original().pwrite(fd, buffer, bytes, offset); });
}

PLUMBLINE_HOOK int fsync(int fd) {
  return recorded(syncing(fd), [&] { return original().fsync(fd); });
}

PLUMBLINE_HOOK int fdatasync(int fd) {
  return recorded(syncing(fd), [&] { return original().fdatasync(fd); });
}

// System calls without libc: no errno, no cancellation point, no lazy binding.
//
// Everything that runs in a handler or a hook enters the kernel through here, so that the host
// program's errno and cancellation state cannot be touched by us (an I/O hook that left errno
// changed made a client library drop connections: dd-trace-php#3654).
// Thread rule: any thread. Signal rule: async-signal-safe.
// Failure: the result is -errno, as the kernel returns it.
#pragma once

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>

#include <cstddef>
#include <cstdint>

namespace plumbline::base::sys {

inline long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0,
                 long f = 0) {
  long result;
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  register long r9 asm("r9") = f;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return result;
}

template <class T>
long address(T* pointer) {
  return static_cast<long>(reinterpret_cast<std::uintptr_t>(pointer));
}

inline int gettid() { return static_cast<int>(call(SYS_gettid)); }
inline int getpid() { return static_cast<int>(call(SYS_getpid)); }

inline int open(const char* path, int flags, mode_t mode = 0) {
  return static_cast<int>(call(SYS_openat, AT_FDCWD, address(path), flags, mode));
}
inline int close(int fd) { return static_cast<int>(call(SYS_close, fd)); }
inline long pread(int fd, void* buffer, std::size_t bytes, off_t offset) {
  return call(SYS_pread64, fd, address(buffer), static_cast<long>(bytes), offset);
}
inline long write(int fd, const void* buffer, std::size_t bytes) {
  return call(SYS_write, fd, address(buffer), static_cast<long>(bytes));
}
inline long writev(int fd, const iovec* pieces, int count) {
  return call(SYS_writev, fd, address(pieces), count);
}
inline int ftruncate(int fd, std::int64_t bytes) {
  return static_cast<int>(call(SYS_ftruncate, fd, bytes));
}
inline int fstat(int fd, struct stat* result) {
  return static_cast<int>(call(SYS_fstat, fd, address(result)));
}
// The type in stx_mode, without asking a file server: of `fd` if `path` is empty, else of `path`
// from there.
inline int file_type(int fd, const char* path, struct statx* result) {
  return static_cast<int>(call(SYS_statx, fd, address(path), AT_EMPTY_PATH | AT_STATX_DONT_SYNC,
                               STATX_TYPE, address(result)));
}
inline int fcntl(int fd, int command, long argument) {
  return static_cast<int>(call(SYS_fcntl, fd, command, argument));
}
inline int ioctl(int fd, unsigned long request, const void* argument) {
  return static_cast<int>(call(SYS_ioctl, fd, static_cast<long>(request), address(argument)));
}

// Null when the kernel refuses.
inline void* map_memory(std::size_t bytes) {
  const long result = call(SYS_mmap, 0, static_cast<long>(bytes), PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return result < 0 && result > -4096 ? nullptr : reinterpret_cast<void*>(result);
}
inline void unmap_memory(void* start, std::size_t bytes) {
  call(SYS_munmap, address(start), static_cast<long>(bytes));
}

inline int getrusage(int who, rusage* result) {
  return static_cast<int>(call(SYS_getrusage, who, address(result)));
}
inline std::int64_t clock_ns(clockid_t clock) {
  timespec time{};
  call(SYS_clock_gettime, clock, address(&time));
  return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}
inline void sleep_ns(std::int64_t nanoseconds) {
  const timespec time{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
  call(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, address(&time), 0);
}

// Waits while *word == expected, at most `timeout_ns`. Returns 0, -EAGAIN, -ETIMEDOUT or -EINTR.
inline long futex_wait(const std::uint32_t* word, std::uint32_t expected, std::int64_t timeout_ns) {
  const timespec time{timeout_ns / 1'000'000'000, timeout_ns % 1'000'000'000};
  return call(SYS_futex, address(word), FUTEX_WAIT_PRIVATE, expected, address(&time));
}
inline void futex_wake(const std::uint32_t* word, int most = 1) {
  call(SYS_futex, address(word), FUTEX_WAKE_PRIVATE, most);
}

}  // namespace plumbline::base::sys

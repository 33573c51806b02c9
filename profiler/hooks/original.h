// The functions that our hooks stand in front of.
//
// Looked up once, in the library's constructor: a lookup takes the loader's lock and may allocate,
// which a hook that runs later must not do. A hook that is called before that constructor (by a
// library that is initialised earlier) looks them up itself.
// Thread rule: any thread. Signal rule: async-signal-safe after the first call.
// Failure: a function that no library has stays null and can then not be called through us either.
#pragma once

#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>

namespace plumbline::hooks {

struct Original {
  int (*pthread_create)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);

  int (*pthread_mutex_lock)(pthread_mutex_t*);
  int (*pthread_mutex_trylock)(pthread_mutex_t*);
  int (*pthread_mutex_timedlock)(pthread_mutex_t*, const timespec*);
  int (*pthread_mutex_clocklock)(pthread_mutex_t*, clockid_t, const timespec*);

  int (*pthread_cond_wait)(pthread_cond_t*, pthread_mutex_t*);
  int (*pthread_cond_timedwait)(pthread_cond_t*, pthread_mutex_t*, const timespec*);
  int (*pthread_cond_clockwait)(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*);

  int (*nanosleep)(const timespec*, timespec*);
  int (*clock_nanosleep)(clockid_t, int, const timespec*, timespec*);

  ssize_t (*read)(int, void*, size_t);
  ssize_t (*pread)(int, void*, size_t, off_t);
  ssize_t (*read_chk)(int, void*, size_t, size_t);
  ssize_t (*pread_chk)(int, void*, size_t, off_t, size_t);
  ssize_t (*write)(int, const void*, size_t);
  ssize_t (*pwrite)(int, const void*, size_t, off_t);
  int (*fsync)(int);
  int (*fdatasync)(int);

  ssize_t (*send)(int, const void*, size_t, int);
  ssize_t (*sendto)(int, const void*, size_t, int, const sockaddr*, socklen_t);
  ssize_t (*recv)(int, void*, size_t, int);
  ssize_t (*recvfrom)(int, void*, size_t, int, sockaddr*, socklen_t*);
  ssize_t (*recv_chk)(int, void*, size_t, size_t, int);
  ssize_t (*recvfrom_chk)(int, void*, size_t, size_t, int, sockaddr*, socklen_t*);

  int (*poll)(pollfd*, nfds_t, int);
  int (*ppoll)(pollfd*, nfds_t, const timespec*, const sigset_t*);
  int (*poll_chk)(pollfd*, nfds_t, int, size_t);
  int (*ppoll_chk)(pollfd*, nfds_t, const timespec*, const sigset_t*, size_t);
};

namespace original_detail {
extern Original functions;
extern std::atomic<bool> looked_up;
void look_up();
}  // namespace original_detail

inline const Original& original() {
  // Acquire pairs with the release in look_up(): the pointers are there.
  if (!original_detail::looked_up.load(std::memory_order_acquire)) [[unlikely]] {
    original_detail::look_up();
  }
  return original_detail::functions;
}

}  // namespace plumbline::hooks

// Counts calls that a signal handler must not make, of the whole process, while it is in ours.
//
// Linked into a test program, whose definitions come before every library's: each of the functions
// below counts the call and jumps on to the next definition (the profiler's hook, or libc), so that
// a caller's address stays the caller's. A thread is in the sample handler when it blocks what only
// that handler blocks: everything but the signals of a crash. The product does not know of it.
// Thread rule: any thread. Signal rule: async-signal-safe once every function was called once.
// Failure: a function that nobody else defines ends the program.
#pragma once

#include <signal.h>

#include <cstdint>

// clang-format off
#define PLUMBLINE_FORBIDDEN(X)                                                              \
  X(malloc) X(calloc) X(realloc) X(free) X(posix_memalign) X(aligned_alloc)                 \
  X(pthread_mutex_lock) X(pthread_mutex_trylock) X(pthread_rwlock_rdlock)                   \
  X(pthread_rwlock_wrlock) X(sem_wait) X(pthread_once)                                      \
  X(dlopen) X(dlsym) X(dladdr) X(dl_iterate_phdr) X(__tls_get_addr)                         \
  X(fopen) X(fwrite) X(vfprintf) X(snprintf) X(syslog) X(backtrace) X(getenv)
// clang-format on

namespace plumbline::test {

enum class Forbidden : int {
#define PLUMBLINE_NUMBER(name) k_##name,
  PLUMBLINE_FORBIDDEN(PLUMBLINE_NUMBER)
#undef PLUMBLINE_NUMBER
      kCount
};
inline constexpr int kForbiddenCount = static_cast<int>(Forbidden::kCount);

const char* name_of_forbidden(int number);

// By threads in our handler, and by all.
std::uint64_t calls_in_handler(int number);
std::uint64_t calls(int number);

// What the sample handler blocks: to be anybody's mask that wants to be taken for it.
sigset_t mask_of_sample_handler();

// Calls each of them once, in order; in a file of its own, so that no call is compiled away.
void call_all_forbidden();

}  // namespace plumbline::test

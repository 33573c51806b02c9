// The functions that our hooks stand in front of: original().read(...) is libc's own read.
//
// Looked up once, in the library's constructor: a lookup takes the loader's lock and may allocate,
// which a hook that runs later must not do. A hook that is called before that constructor (by a
// library that is initialised earlier) looks them up itself.
// One list (original_list.h) makes both the struct and the lookup; each has the type that libc's
// headers, or undeclared.h, give it.
// Thread rule: any thread. Signal rule: async-signal-safe after the first call.
// Failure: a function that no library has stays null and can then not be called through us either.
#pragma once

#include <aio.h>
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <fts.h>
#include <mqueue.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <resolv.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <syslog.h>
#include <termios.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>
#include <utmp.h>
#include <wchar.h>

#include <atomic>

#include "profiler/hooks/original_list.h"
#include "profiler/hooks/undeclared.h"

namespace plumbline::hooks {

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"  // called or not, they may block
// NOLINTBEGIN(bugprone-macro-parentheses): they are names
struct Original {
#define PLUMBLINE_MEMBER(name) decltype(::name)* name;
#define PLUMBLINE_MEMBER_AS(name, symbol) decltype(::name)* name;
  PLUMBLINE_ORIGINALS(PLUMBLINE_MEMBER, PLUMBLINE_MEMBER_AS)
#undef PLUMBLINE_MEMBER
#undef PLUMBLINE_MEMBER_AS
};
// NOLINTEND(bugprone-macro-parentheses)
#pragma GCC diagnostic pop

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

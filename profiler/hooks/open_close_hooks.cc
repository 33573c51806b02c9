// Opening and closing descriptors. Category `file`, but what is opened may be a FIFO, which waits
// for the other end, and what is closed may be a socket.
//
// What is closed cannot be asked for afterwards, and is not worth asking for before (0.3 us): one
// that no call has used yet counts as a file. Its kind is forgotten before the close and after it:
// before, since another thread may get the number the moment it is free; after, since one may have
// asked for it in between.
#include <fcntl.h>
#include <stdarg.h>
#include <unistd.h>
#include <utmp.h>

#include "profiler/hooks/closing.h"
#include "profiler/hooks/recorded_hook.h"

namespace plumbline::hooks {
namespace {

// Booked by what was opened, once that is known.
template <class Open>
[[gnu::always_inline]] inline int opened(const Open& open) {
  WaitKind kind = in_category(Operation::kOpen, Category::kFile);
  return recorded(kind, [&] {
    const int fd = open();
    if (fd < 0) return fd;
    capture::forget_descriptor(fd);
    kind.descriptor = fd;
    kind.category = Category::kOther;
    return fd;
  });
}

bool takes_mode(int flags) { return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE; }

}  // namespace
}  // namespace plumbline::hooks

using namespace plumbline::hooks;
using plumbline::capture::forget_descriptor;
using plumbline::capture::forget_descriptors;

// `name` with a mode behind its last parameter, `flags`, where these ask for one.
#define PLUMBLINE_OPEN(name, parameters, arguments)           \
  PLUMBLINE_HOOK int name parameters {                        \
    mode_t mode = 0;                                          \
    if (takes_mode(flags)) {                                  \
      va_list variable;                                       \
      va_start(variable, flags);                              \
      mode = va_arg(variable, mode_t);                        \
      va_end(variable);                                       \
    }                                                         \
    return opened([&] { return original().name arguments; }); \
  }
#define PLUMBLINE_OPEN_FIXED(name, parameters, arguments)     \
  PLUMBLINE_HOOK int name parameters {                        \
    return opened([&] { return original().name arguments; }); \
  }

PLUMBLINE_OPEN(open, (const char* path, int flags, ...), (path, flags, mode))
PLUMBLINE_ALIAS(__open, open);
PLUMBLINE_OPEN(open64, (const char* path, int flags, ...), (path, flags, mode))
PLUMBLINE_ALIAS(__open64, open64);
PLUMBLINE_OPEN(openat, (int folder, const char* path, int flags, ...), (folder, path, flags, mode))
PLUMBLINE_OPEN(openat64, (int folder, const char* path, int flags, ...),
               (folder, path, flags, mode))
PLUMBLINE_OPEN_FIXED(__open_2, (const char* path, int flags), (path, flags))
PLUMBLINE_OPEN_FIXED(__open64_2, (const char* path, int flags), (path, flags))
PLUMBLINE_OPEN_FIXED(__openat_2, (int folder, const char* path, int flags), (folder, path, flags))
PLUMBLINE_OPEN_FIXED(__openat64_2, (int folder, const char* path, int flags), (folder, path, flags))
PLUMBLINE_OPEN_FIXED(creat, (const char* path, mode_t mode), (path, mode))
PLUMBLINE_OPEN_FIXED(creat64, (const char* path, mode_t mode), (path, mode))
PLUMBLINE_OPEN_FIXED(open_by_handle_at, (int mount, file_handle* handle, int flags),
                     (mount, handle, flags))
PLUMBLINE_OPEN_FIXED(mkstemp, (char* path), (path))
PLUMBLINE_OPEN_FIXED(mkstemp64, (char* path), (path))
PLUMBLINE_OPEN_FIXED(mkostemp, (char* path, int flags), (path, flags))
PLUMBLINE_OPEN_FIXED(mkostemp64, (char* path, int flags), (path, flags))
PLUMBLINE_OPEN_FIXED(mkstemps, (char* path, int suffix), (path, suffix))
PLUMBLINE_OPEN_FIXED(mkstemps64, (char* path, int suffix), (path, suffix))
PLUMBLINE_OPEN_FIXED(mkostemps, (char* path, int suffix, int flags), (path, suffix, flags))
PLUMBLINE_OPEN_FIXED(mkostemps64, (char* path, int suffix, int flags), (path, suffix, flags))

PLUMBLINE_HOOK int close(int fd) {
  const int result = recorded(closing(fd), [&] { return original().close(fd); });
  forget_descriptor(fd);
  return result;
}
PLUMBLINE_ALIAS(__close, close);

// These close what `to` was.
PLUMBLINE_HOOK int dup2(int from, int to) {
  const int result = recorded(closing(to), [&] { return original().dup2(from, to); });
  forget_descriptor(to);
  return result;
}
PLUMBLINE_ALIAS(__dup2, dup2);
PLUMBLINE_HOOK int dup3(int from, int to, int flags) {
  const int result = recorded(closing(to), [&] { return original().dup3(from, to, flags); });
  forget_descriptor(to);
  return result;
}

PLUMBLINE_HOOK int close_range(unsigned first, unsigned last, int flags) {
  const int result = recorded(in_category(Operation::kClose, Category::kFile),
                              [&] { return original().close_range(first, last, flags); });
  forget_descriptors(first, last);
  return result;
}
PLUMBLINE_HOOK void closefrom(int first) {
  recorded(in_category(Operation::kClose, Category::kFile), [&] { original().closefrom(first); });
  forget_descriptors(first < 0 ? 0 : static_cast<unsigned>(first), ~0u);
}

// Puts a terminal in the place of 0, 1 and 2; daemon: /dev/null.
PLUMBLINE_HOOK int login_tty(int terminal) {
  const int result = original().login_tty(terminal);
  forget_descriptors(STDIN_FILENO, STDERR_FILENO);
  return result;
}
PLUMBLINE_HOOK int daemon(int keep_folder, int keep_descriptors) {
  const int result = original().daemon(keep_folder, keep_descriptors);
  forget_descriptors(STDIN_FILENO, STDERR_FILENO);
  return result;
}

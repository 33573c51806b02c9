// stdio: printf and scanf to and from a FILE. Category by the descriptor behind the FILE.
//
// How much a format makes is not known before, so each call takes its two edges. The `_chk` forms
// are Debian's (_FORTIFY_SOURCE); the C99 forms of scanf are what <stdio.h> makes of the usual
// names, and the plain names are what it calls only for programs older than C99.
#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>

#include "profiler/hooks/interrupted.h"
#include "profiler/hooks/stream.h"

#define PLUMBLINE_PRINT(name, parameters, last, stream, forward, forwarded) \
  PLUMBLINE_VARIADIC(name, parameters, last, kWrite, stream, forward, forwarded)
#define PLUMBLINE_SCAN(name, parameters, stream, forward, forwarded) \
  PLUMBLINE_VARIADIC(name, parameters, format, kRead, stream, forward, forwarded)

PLUMBLINE_STREAM(int, vprintf, (const char* format, va_list arguments), (format, arguments), kWrite,
                 stdout)
PLUMBLINE_STREAM(int, vfprintf, (FILE * stream, const char* format, va_list arguments),
                 (stream, format, arguments), kWrite, stream)
PLUMBLINE_STREAM(int, __vprintf_chk, (int flag, const char* format, va_list arguments),
                 (flag, format, arguments), kWrite, stdout)
PLUMBLINE_STREAM(int, __vfprintf_chk,
                 (FILE * stream, int flag, const char* format, va_list arguments),
                 (stream, flag, format, arguments), kWrite, stream)
PLUMBLINE_PRINT(printf, (const char* format, ...), format, stdout, vprintf, (format, arguments))
PLUMBLINE_PRINT(fprintf, (FILE * stream, const char* format, ...), format, stream, vfprintf,
                (stream, format, arguments))
PLUMBLINE_PRINT(__printf_chk, (int flag, const char* format, ...), format, stdout, __vprintf_chk,
                (flag, format, arguments))
PLUMBLINE_PRINT(__fprintf_chk, (FILE * stream, int flag, const char* format, ...), format, stream,
                __vfprintf_chk, (stream, flag, format, arguments))

PLUMBLINE_STREAM(int, plumbline_vscanf, (const char* format, va_list arguments),
                 (format, arguments), kRead, stdin)
PLUMBLINE_STREAM(int, plumbline_vfscanf, (FILE * stream, const char* format, va_list arguments),
                 (stream, format, arguments), kRead, stream)
PLUMBLINE_STREAM(int, __vfscanf, (FILE * stream, const char* format, va_list arguments),
                 (stream, format, arguments), kRead, stream)
PLUMBLINE_STREAM(int, vscanf, (const char* format, va_list arguments), (format, arguments), kRead,
                 stdin)
PLUMBLINE_STREAM(int, vfscanf, (FILE * stream, const char* format, va_list arguments),
                 (stream, format, arguments), kRead, stream)
PLUMBLINE_SCAN(plumbline_scanf, (const char* format, ...), stdin, plumbline_vscanf,
               (format, arguments))
PLUMBLINE_SCAN(plumbline_fscanf, (FILE * stream, const char* format, ...), stream,
               plumbline_vfscanf, (stream, format, arguments))
PLUMBLINE_SCAN(scanf, (const char* format, ...), stdin, vscanf, (format, arguments))
PLUMBLINE_SCAN(fscanf, (FILE * stream, const char* format, ...), stream, vfscanf,
               (stream, format, arguments))

// To a descriptor, without a FILE.
#define PLUMBLINE_DPRINTF(name, parameters, last, forward, forwarded)          \
  PLUMBLINE_HOOK int name parameters {                                         \
    using namespace plumbline::hooks;                                          \
    va_list arguments;                                                         \
    va_start(arguments, last);                                                 \
    const int result = recorded(on_descriptor(Operation::kWrite, fd),          \
                                [&] { return original().forward forwarded; }); \
    va_end(arguments);                                                         \
    return result;                                                             \
  }

using plumbline::hooks::on_descriptor;
using plumbline::hooks::Operation;

PLUMBLINE_RECORDED(int, vdprintf, (int fd, const char* format, va_list arguments),
                   (fd, format, arguments), on_descriptor(Operation::kWrite, fd))
PLUMBLINE_RECORDED(int, __vdprintf_chk, (int fd, int flag, const char* format, va_list arguments),
                   (fd, flag, format, arguments), on_descriptor(Operation::kWrite, fd))
PLUMBLINE_DPRINTF(dprintf, (int fd, const char* format, ...), format, vdprintf,
                  (fd, format, arguments))
PLUMBLINE_DPRINTF(__dprintf_chk, (int fd, int flag, const char* format, ...), format,
                  __vdprintf_chk, (fd, flag, format, arguments))

// The system's log, by a socket that only libc sees.
#define PLUMBLINE_SYSLOG(name, parameters, forward, forwarded) \
  PLUMBLINE_HOOK void name parameters {                        \
    using namespace plumbline::hooks;                          \
    va_list arguments;                                         \
    va_start(arguments, format);                               \
    recorded(kLogging, [&] { original().forward forwarded; }); \
    va_end(arguments);                                         \
  }

namespace plumbline::hooks {
namespace {
constexpr WaitKind kLogging{.operation = Operation::kSend, .category = Category::kSocket};
}  // namespace
}  // namespace plumbline::hooks

using plumbline::hooks::kLogging;

PLUMBLINE_RECORDED(void, vsyslog, (int priority, const char* format, va_list arguments),
                   (priority, format, arguments), kLogging)
PLUMBLINE_RECORDED(void, __vsyslog_chk,
                   (int priority, int flag, const char* format, va_list arguments),
                   (priority, flag, format, arguments), kLogging)
PLUMBLINE_SYSLOG(syslog, (int priority, const char* format, ...), vsyslog,
                 (priority, format, arguments))
PLUMBLINE_SYSLOG(__syslog_chk, (int priority, int flag, const char* format, ...), __vsyslog_chk,
                 (priority, flag, format, arguments))

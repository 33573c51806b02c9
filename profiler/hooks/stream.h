// What the stdio hooks know of a FILE: its descriptor, and whether its buffer will do for the call.
//
// glibc's stdio goes round the hooked read and write, so each of its functions has a hook of its
// own. Most calls only touch the buffer: where the buffer already holds what is read, or still has
// room for what is written, the call is passed on without a clock (+1 ns) and is not counted, since
// it asks the kernel for nothing. The look is taken without the FILE's lock: a race makes a call be
// recorded or not, nothing else. Waiting for that lock is libc's own, and not seen.
// Streams without a descriptor (memory, cookies) are passed on.
// Thread rule: the thread that makes the call. Signal rule: as stdio. Failure: as stdio.
#pragma once

#include <stdio.h>

#include <cstring>

#include "profiler/hooks/recorded_hook.h"

namespace plumbline::hooks {

// -1: none.
inline int descriptor_of(const FILE* stream) {
  constexpr int kHasDescriptor = 0x2000;  // glibc's _IO_IS_FILEBUF
  return (stream->_flags & kHasDescriptor) != 0 ? stream->_fileno : -1;
}

inline bool holds(const FILE* stream, std::size_t bytes) {
  return stream->_IO_read_end - stream->_IO_read_ptr >= static_cast<std::ptrdiff_t>(bytes);
}

inline bool has_room_for(const FILE* stream, std::size_t bytes) {
  return stream->_IO_write_end - stream->_IO_write_ptr >= static_cast<std::ptrdiff_t>(bytes);
}

// Whether a line that ends with `delimiter` is in the buffer. The pointers are compared with the
// buffer's bounds: read while another thread moves them, they may not belong together.
inline bool holds_line(const FILE* stream, int delimiter) {
  const char* begin = stream->_IO_read_ptr;
  const char* end = stream->_IO_read_end;
  if (begin < stream->_IO_buf_base || end > stream->_IO_buf_end || begin >= end) return false;
  return std::memchr(begin, delimiter, static_cast<std::size_t>(end - begin)) != nullptr;
}

template <class Call>
[[gnu::always_inline]] inline auto on_stream(Operation operation, const FILE* stream,
                                             const Call& call) {
  const int fd = descriptor_of(stream);
  if (fd < 0) return call();
  return recorded(on_descriptor(operation, fd), call);
}

}  // namespace plumbline::hooks

// A stdio function that goes to the kernel unless `in_buffer`.
#define PLUMBLINE_BUFFERED(Result, name, parameters, arguments, operation, stream, in_buffer) \
  PLUMBLINE_HOOK Result name parameters {                                                     \
    using namespace plumbline::hooks;                                                         \
    if (in_buffer) return original().name arguments;                                          \
    return on_stream(Operation::operation, stream,                                            \
                     [&]() -> Result { return original().name arguments; });                  \
  }

// One that may go there in any case.
#define PLUMBLINE_STREAM(Result, name, parameters, arguments, operation, stream) \
  PLUMBLINE_BUFFERED(Result, name, parameters, arguments, operation, stream, false)

// A variadic one, by way of its v-form `forward`, to which `arguments` are passed.
#define PLUMBLINE_VARIADIC(name, parameters, last, operation, stream, forward, forwarded)      \
  PLUMBLINE_HOOK int name parameters {                                                         \
    using namespace plumbline::hooks;                                                          \
    va_list arguments;                                                                         \
    va_start(arguments, last);                                                                 \
    const int result =                                                                         \
        on_stream(Operation::operation, stream, [&] { return original().forward forwarded; }); \
    va_end(arguments);                                                                         \
    return result;                                                                             \
  }

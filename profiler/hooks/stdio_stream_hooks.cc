// stdio: opening, closing, flushing and moving within a FILE. Category by the descriptor behind it;
// a stream of popen waits for its child when it is closed (`sync`).
#include <stdio.h>

#include "profiler/hooks/closing.h"
#include "profiler/hooks/stream.h"

namespace plumbline::hooks {
namespace {

constexpr WaitKind kFlushingAll{.operation = Operation::kWrite, .category = Category::kFile};
constexpr WaitKind kSpawning{.operation = Operation::kSpawn, .category = Category::kSync};
constexpr WaitKind kChildWait{.operation = Operation::kChildWait, .category = Category::kSync};

// Booked by what was opened, once that is known: a FIFO waits for its other end.
template <class Open>
[[gnu::always_inline]] inline FILE* opened(const Open& open) {
  WaitKind kind = in_category(Operation::kOpen, Category::kFile);
  return recorded(kind, [&] {
    FILE* stream = open();
    if (stream == nullptr) return stream;
    kind.descriptor = descriptor_of(stream);
    kind.category = Category::kOther;
    capture::forget_descriptor(kind.descriptor);
    return stream;
  });
}

}  // namespace
}  // namespace plumbline::hooks

using namespace plumbline::hooks;
using plumbline::capture::forget_descriptor;
using plumbline::capture::forget_descriptors;

PLUMBLINE_HOOK FILE* fopen(const char* path, const char* mode) {
  return opened([&] { return original().fopen(path, mode); });
}
PLUMBLINE_HOOK FILE* fopen64(const char* path, const char* mode) {
  return opened([&] { return original().fopen64(path, mode); });
}
PLUMBLINE_HOOK FILE* tmpfile() {
  return opened([] { return original().tmpfile(); });
}
PLUMBLINE_HOOK FILE* tmpfile64() {
  return opened([] { return original().tmpfile64(); });
}
// Closes what the stream was.
PLUMBLINE_HOOK FILE* freopen(const char* path, const char* mode, FILE* stream) {
  forget_descriptor(descriptor_of(stream));
  return opened([&] { return original().freopen(path, mode, stream); });
}
PLUMBLINE_HOOK FILE* freopen64(const char* path, const char* mode, FILE* stream) {
  forget_descriptor(descriptor_of(stream));
  return opened([&] { return original().freopen64(path, mode, stream); });
}

PLUMBLINE_HOOK int fclose(FILE* stream) {
  const int fd = descriptor_of(stream);
  if (fd < 0) return original().fclose(stream);
  const int result = recorded(closing(fd), [&] { return original().fclose(stream); });
  forget_descriptor(fd);
  return result;
}

PLUMBLINE_HOOK int fcloseall() {
  const int result = recorded(kFlushingAll, [] { return original().fcloseall(); });
  forget_descriptors(0, ~0u);
  return result;
}

PLUMBLINE_RECORDED(FILE*, popen, (const char* command, const char* mode), (command, mode),
                   kSpawning)
PLUMBLINE_HOOK int pclose(FILE* stream) {
  const int fd = descriptor_of(stream);
  const int result = recorded(kChildWait, [&] { return original().pclose(stream); });
  forget_descriptor(fd);
  return result;
}

#define PLUMBLINE_FLUSH(name)                                                             \
  PLUMBLINE_HOOK int name(FILE* stream) {                                                 \
    if (stream == nullptr) {                                                              \
      return recorded(kFlushingAll, [] { return original().name(nullptr); });             \
    }                                                                                     \
    return on_stream(Operation::kWrite, stream, [&] { return original().name(stream); }); \
  }
PLUMBLINE_FLUSH(fflush)
PLUMBLINE_FLUSH(fflush_unlocked)

// Moving writes what is still in the buffer, and may read anew.
PLUMBLINE_STREAM(int, fseek, (FILE * stream, long offset, int origin), (stream, offset, origin),
                 kRead, stream)
PLUMBLINE_STREAM(int, fseeko, (FILE * stream, off_t offset, int origin), (stream, offset, origin),
                 kRead, stream)
PLUMBLINE_STREAM(int, fseeko64, (FILE * stream, off64_t offset, int origin),
                 (stream, offset, origin), kRead, stream)
PLUMBLINE_STREAM(void, rewind, (FILE * stream), (stream), kRead, stream)
PLUMBLINE_STREAM(int, fsetpos, (FILE * stream, const fpos_t* position), (stream, position), kRead,
                 stream)
PLUMBLINE_STREAM(int, fsetpos64, (FILE * stream, const fpos64_t* position), (stream, position),
                 kRead, stream)

// Writes what is still in the buffer.
PLUMBLINE_STREAM(int, setvbuf, (FILE * stream, char* buffer, int mode, size_t bytes),
                 (stream, buffer, mode, bytes), kWrite, stream)
PLUMBLINE_STREAM(void, setbuf, (FILE * stream, char* buffer), (stream, buffer), kWrite, stream)
PLUMBLINE_STREAM(void, setbuffer, (FILE * stream, char* buffer, size_t bytes),
                 (stream, buffer, bytes), kWrite, stream)
PLUMBLINE_STREAM(void, setlinebuf, (FILE * stream), (stream), kWrite, stream)

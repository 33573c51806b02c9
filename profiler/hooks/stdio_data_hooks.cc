// stdio: characters, lines and blocks. Category by the descriptor behind the FILE.
//
// Programs that read characters through the inline getc_unlocked come here by __uflow, and by
// __overflow when they write: exactly when the buffer is empty or full.
#include <limits.h>
#include <stdio.h>

#include "profiler/hooks/stream.h"

namespace plumbline::hooks {
namespace {

// Overflow is the original's to refuse: it does not fit any buffer.
std::size_t product(std::size_t size, std::size_t count) {
  std::size_t bytes = 0;
  return __builtin_mul_overflow(size, count, &bytes) || bytes > LONG_MAX ? LONG_MAX : bytes;
}

bool holds_text(const FILE* stream, int room) {
  return room <= 1 || holds(stream, static_cast<std::size_t>(room) - 1) || holds_line(stream, '\n');
}

}  // namespace
}  // namespace plumbline::hooks

#define PLUMBLINE_GETC(name) \
  PLUMBLINE_BUFFERED(int, name, (FILE * stream), (stream), kRead, stream, holds(stream, 1))
#define PLUMBLINE_GETCHAR(name) PLUMBLINE_BUFFERED(int, name, (), (), kRead, stdin, holds(stdin, 1))
#define PLUMBLINE_PUTC(name)                                                                \
  PLUMBLINE_BUFFERED(int, name, (int character, FILE* stream), (character, stream), kWrite, \
                     stream, has_room_for(stream, 1))
#define PLUMBLINE_PUTCHAR(name)                                               \
  PLUMBLINE_BUFFERED(int, name, (int character), (character), kWrite, stdout, \
                     has_room_for(stdout, 1))

PLUMBLINE_GETC(getc)
PLUMBLINE_GETC(fgetc)
PLUMBLINE_GETC(getc_unlocked)
PLUMBLINE_GETC(fgetc_unlocked)
PLUMBLINE_GETC(_IO_getc)
PLUMBLINE_GETCHAR(getchar)
PLUMBLINE_GETCHAR(getchar_unlocked)
PLUMBLINE_PUTC(putc)
PLUMBLINE_PUTC(fputc)
PLUMBLINE_PUTC(putc_unlocked)
PLUMBLINE_PUTC(fputc_unlocked)
PLUMBLINE_PUTC(_IO_putc)
PLUMBLINE_PUTCHAR(putchar)
PLUMBLINE_PUTCHAR(putchar_unlocked)
PLUMBLINE_STREAM(int, __uflow, (FILE * stream), (stream), kRead, stream)
PLUMBLINE_STREAM(int, __underflow, (FILE * stream), (stream), kRead, stream)
PLUMBLINE_STREAM(int, __overflow, (FILE * stream, int character), (stream, character), kWrite,
                 stream)
PLUMBLINE_BUFFERED(int, getw, (FILE * stream), (stream), kRead, stream, holds(stream, sizeof(int)))
PLUMBLINE_BUFFERED(int, putw, (int word, FILE* stream), (word, stream), kWrite, stream,
                   has_room_for(stream, sizeof(int)))

PLUMBLINE_BUFFERED(char*, fgets, (char* text, int room, FILE* stream), (text, room, stream), kRead,
                   stream, holds_text(stream, room))
PLUMBLINE_BUFFERED(char*, fgets_unlocked, (char* text, int room, FILE* stream),
                   (text, room, stream), kRead, stream, holds_text(stream, room))
PLUMBLINE_BUFFERED(char*, __fgets_chk, (char* text, size_t size, int room, FILE* stream),
                   (text, size, room, stream), kRead, stream, holds_text(stream, room))
PLUMBLINE_BUFFERED(char*, __fgets_unlocked_chk, (char* text, size_t size, int room, FILE* stream),
                   (text, size, room, stream), kRead, stream, holds_text(stream, room))
PLUMBLINE_BUFFERED(char*, gets, (char* text), (text), kRead, stdin, holds_line(stdin, '\n'))
PLUMBLINE_BUFFERED(char*, __gets_chk, (char* text, size_t size), (text, size), kRead, stdin,
                   holds_line(stdin, '\n'))
PLUMBLINE_BUFFERED(ssize_t, getline, (char** text, size_t* room, FILE* stream),
                   (text, room, stream), kRead, stream, holds_line(stream, '\n'))
PLUMBLINE_BUFFERED(ssize_t, getdelim, (char** text, size_t* room, int delimiter, FILE* stream),
                   (text, room, delimiter, stream), kRead, stream, holds_line(stream, delimiter))
PLUMBLINE_ALIAS(__getdelim, getdelim);

PLUMBLINE_BUFFERED(int, fputs, (const char* text, FILE* stream), (text, stream), kWrite, stream,
                   has_room_for(stream, std::strlen(text)))
PLUMBLINE_BUFFERED(int, fputs_unlocked, (const char* text, FILE* stream), (text, stream), kWrite,
                   stream, has_room_for(stream, std::strlen(text)))
PLUMBLINE_BUFFERED(int, puts, (const char* text), (text), kWrite, stdout,
                   has_room_for(stdout, std::strlen(text) + 1))

#define PLUMBLINE_FREAD(name)                                                             \
  PLUMBLINE_BUFFERED(size_t, name, (void* data, size_t size, size_t count, FILE* stream), \
                     (data, size, count, stream), kRead, stream,                          \
                     holds(stream, product(size, count)))
#define PLUMBLINE_FREAD_CHK(name)                                                       \
  PLUMBLINE_BUFFERED(                                                                   \
      size_t, name, (void* data, size_t room, size_t size, size_t count, FILE* stream), \
      (data, room, size, count, stream), kRead, stream, holds(stream, product(size, count)))
#define PLUMBLINE_FWRITE(name)                                                                  \
  PLUMBLINE_BUFFERED(size_t, name, (const void* data, size_t size, size_t count, FILE* stream), \
                     (data, size, count, stream), kWrite, stream,                               \
                     has_room_for(stream, product(size, count)))

PLUMBLINE_FREAD(fread)
PLUMBLINE_FREAD(fread_unlocked)
PLUMBLINE_FREAD_CHK(__fread_chk)
PLUMBLINE_FREAD_CHK(__fread_unlocked_chk)
PLUMBLINE_FWRITE(fwrite)
PLUMBLINE_FWRITE(fwrite_unlocked)

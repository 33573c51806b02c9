/* stdio, narrow. What is printed to standard output is part of what is compared. */
#include <stdarg.h>
#include <stdio_ext.h>
#include <syslog.h>

#include "every_call.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

static int to_stream(FILE* stream, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int result = vfprintf(stream, format, arguments);
  va_end(arguments);
  return result;
}
static int to_output(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int result = vprintf(format, arguments);
  va_end(arguments);
  return result;
}
static int to_descriptor(int fd, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int result = vdprintf(fd, format, arguments);
  va_end(arguments);
  return result;
}
static int from_stream(FILE* stream, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int result = vfscanf(stream, format, arguments);
  va_end(arguments);
  return result;
}
static int from_input(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int result = vscanf(format, arguments);
  va_end(arguments);
  return result;
}
static void to_log(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsyslog(LOG_DEBUG, format, arguments);
  va_end(arguments);
}

static void write_all(FILE* stream) {
  SAY(fputc('a', stream));
  SAY(putc('b', stream));
  SAY(fputc_unlocked('c', stream));
  SAY(putc_unlocked('d', stream));
  SAY(putw(0x0a0a0a0a, stream));
  SAY(fputs("a line\n", stream));
  SAY(fputs_unlocked("another line\n", stream));
  SAY(fwrite("12345678", 2, 4, stream));
  SAY(fwrite_unlocked("12345678\n", 1, 9, stream));
  SAY(fwrite("x", 0, 5, stream));
  SAY(fprintf(stream, "%d %s\n", 7, "words"));
  SAY(to_stream(stream, "%d\n", 8));
  SAY(fflush(stream));
  SAY(fflush_unlocked(stream));
  SAY(putchar('p'));
  SAY(putchar_unlocked('\n'));
  SAY(puts("a line of output"));
  SAY(printf("%s %d\n", "formatted", 1));
  SAY(to_output("%s %d\n", "formatted", 2));
  SAY(fflush(stdout));
  SAY(dprintf(STDOUT_FILENO, "%d\n", 3));
  SAY(to_descriptor(STDOUT_FILENO, "%d\n", 4));
  SAY(dprintf(-1, "%d\n", 5));
  SAY(fflush(NULL));
}

static void read_all(FILE* stream) {
  char text[64], *line = NULL;
  volatile int room = 32;
  const size_t n = known_only_at_run_time;
  size_t length = 0;
  int number = 0;
  SAY_VOID(rewind(stream));
  SAY(fgetc(stream));
  SAY(getc(stream));
  SAY(fgetc_unlocked(stream));
  SAY(getc_unlocked(stream));
  SAY(getw(stream));
  SAY_POINTER(fgets(text, room, stream));
  say_text("fgets", text, (long)strlen(text));
  SAY_POINTER(fgets_unlocked(text, room, stream));
  SAY(fread(text, 1, n, stream));
  SAY(fread_unlocked(text, 1, n, stream));
  say_text("fread", text, (long)n);
  SAY(getline(&line, &length, stream));
  SAY(getdelim(&line, &length, ' ', stream));
  SAY(fscanf(stream, "%63s", text));
  SAY(from_stream(stream, "%d", &number));
  SAY(number);
  SAY(fread(text, 1, sizeof text, stream));
  SAY(fgetc(stream));
  SAY(feof(stream));
  free(line);
}

static void read_input(void) {
  char text[64];
  int number = 0;
  SAY(getchar());
  SAY(getchar_unlocked());
  SAY(scanf("%d", &number));
  SAY(from_input("%d", &number));
  SAY(number);
  SAY(getchar());
  extern char* gets(char*);
  SAY_POINTER(gets(text));
  say_text("gets", text, (long)strlen(text));
}

static void move(FILE* stream) {
  fpos_t position;
  fpos64_t position64;
  SAY(fseek(stream, 3, SEEK_SET));
  SAY(fgetpos(stream, &position));
  SAY(fgetpos64(stream, &position64));
  SAY(fseek(stream, 0, 9));
  SAY(fseeko(stream, -1, SEEK_END));
  SAY(fseeko64(stream, 4, SEEK_SET));
  SAY(ftell(stream));
  SAY(fsetpos(stream, &position));
  SAY(fsetpos64(stream, &position64));
  SAY(ftell(stream));
}

static void open_and_close(void) {
  char buffer[BUFSIZ];
  SAY_POINTER(fopen("/nonexistent", "r"));
  SAY_POINTER(fopen64("stream", "bad mode"));
  FILE* stream = fopen64("stream", "w");
  SAY_VOID(setbuf(stream, NULL));
  SAY(fputc('u', stream));
  SAY(fclose(stream));
  stream = fopen("stream", "r+");
  SAY(setvbuf(stream, buffer, _IOFBF, sizeof buffer));
  SAY(setvbuf(stream, NULL, 99, 0));
  SAY_VOID(setbuffer(stream, NULL, 0));
  SAY_VOID(setlinebuf(stream));
  stream = freopen("stream", "r", stream);
  SAY(fgetc(stream));
  SAY(fputc('x', stream));
  stream = freopen64("/nonexistent", "r", stream);
  SAY(stream == NULL);
  stream = tmpfile();
  SAY(fclose(stream));
  stream = tmpfile64();
  SAY(fclose(stream));
  char* text = NULL;
  size_t length = 0;
  stream = open_memstream(&text, &length);
  SAY(fprintf(stream, "in %s", "memory"));
  SAY(fclose(stream));
  say_text("memory", text, (long)length);
  free(text);
}

static void pipes(void) {
  char text[32];
  FILE* stream = popen("echo from a child; exit 3", "r");
  SAY_POINTER(fgets(text, sizeof text, stream));
  SAY(pclose(stream));
  SAY_POINTER(popen("true", "bad mode"));
  stream = popen("read x; sleep 0.05; exit 2", "w");
  SAY(fputs("to a child\n", stream));
  SAY(pclose(stream));
  SAY(pclose(fopen("stream", "r")));
}

void call_streams(void) {
  known_only_at_run_time = 8;
  FILE* stream = fopen("stream", "w+");
  write_all(stream);
  move(stream);
  read_all(stream);
  SAY(fclose(stream));
  read_input();
  open_and_close();
  pipes();
  syslog(LOG_DEBUG, "every call %d", 1);
  to_log("every call %d", 2);
}

/* stdio with wide characters, on streams of its own: a stream is either wide or narrow. */
#include <stdarg.h>
#include <wchar.h>

#include "every_call.h"

static int to_stream(FILE* stream, const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int result = vfwprintf(stream, format, arguments);
  va_end(arguments);
  return result;
}
static int to_output(const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int result = vwprintf(format, arguments);
  va_end(arguments);
  return result;
}
static int from_stream(FILE* stream, const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int result = vfwscanf(stream, format, arguments);
  va_end(arguments);
  return result;
}
static int from_input(const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int result = vwscanf(format, arguments);
  va_end(arguments);
  return result;
}

static void write_all(FILE* stream) {
  SAY(fputwc(L'a', stream));
  SAY(putwc(L'b', stream));
  SAY(fputwc_unlocked(L'c', stream));
  SAY(putwc_unlocked(L'd', stream));
  SAY(fputws(L" 12 words\n", stream));
  SAY(fputws_unlocked(L"more\n", stream));
  SAY(fwprintf(stream, L"%d %ls\n", 7, L"words"));
  SAY(to_stream(stream, L"%d\n", 8));
}

static void read_all(FILE* stream) {
  wchar_t text[64];
  volatile int room = 32;
  int number = 0;
  rewind(stream);
  SAY(fgetwc(stream));
  SAY(getwc(stream));
  SAY(fgetwc_unlocked(stream));
  SAY(getwc_unlocked(stream));
  SAY(fwscanf(stream, L"%d", &number));
  SAY(number);
  SAY_POINTER(fgetws(text, room, stream));
  SAY_POINTER(fgetws_unlocked(text, room, stream));
  SAY(from_stream(stream, L"%d", &number));
  SAY(number);
  while (fgetwc(stream) != WEOF) continue;
  SAY(getwc(stream));
}

static void input_and_output(void) {
  int number = 0;
  SAY(freopen("wide", "r", stdin) == stdin);
  SAY(getwchar());
  SAY(getwchar_unlocked());
  SAY(wscanf(L"%*2lc %d", &number));
  SAY(number);
  SAY(from_input(L"%d", &number));
  SAY(freopen("wide-output", "w", stdout) == stdout);
  SAY(putwchar(L'x'));
  SAY(putwchar_unlocked(L'y'));
  SAY(wprintf(L"%d\n", 9));
  SAY(to_output(L"%d\n", 10));
  SAY(fflush(stdout));
}

void call_wide_streams(void) {
  FILE* stream = fopen("wide", "w+");
  write_all(stream);
  read_all(stream);
  SAY(fclose(stream));
  input_and_output();
}

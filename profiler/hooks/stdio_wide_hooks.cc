// stdio with wide characters. Category by the descriptor behind the FILE. The buffers of wide
// streams are not in sight, so each call takes its two edges.
#include <stdarg.h>
#include <stdio.h>
#include <wchar.h>

#include "profiler/hooks/stream.h"

#define PLUMBLINE_GETWC(name) \
  PLUMBLINE_STREAM(wint_t, name, (FILE * stream), (stream), kRead, stream)
#define PLUMBLINE_PUTWC(name)                                                                     \
  PLUMBLINE_STREAM(wint_t, name, (wchar_t character, FILE * stream), (character, stream), kWrite, \
                   stream)

PLUMBLINE_GETWC(getwc)
PLUMBLINE_GETWC(fgetwc)
PLUMBLINE_GETWC(getwc_unlocked)
PLUMBLINE_GETWC(fgetwc_unlocked)
PLUMBLINE_GETWC(__wuflow)
PLUMBLINE_GETWC(__wunderflow)
PLUMBLINE_STREAM(wint_t, getwchar, (), (), kRead, stdin)
PLUMBLINE_STREAM(wint_t, getwchar_unlocked, (), (), kRead, stdin)
PLUMBLINE_PUTWC(putwc)
PLUMBLINE_PUTWC(fputwc)
PLUMBLINE_PUTWC(putwc_unlocked)
PLUMBLINE_PUTWC(fputwc_unlocked)
PLUMBLINE_STREAM(wint_t, __woverflow, (FILE * stream, wint_t character), (stream, character),
                 kWrite, stream)
PLUMBLINE_STREAM(wint_t, putwchar, (wchar_t character), (character), kWrite, stdout)
PLUMBLINE_STREAM(wint_t, putwchar_unlocked, (wchar_t character), (character), kWrite, stdout)

PLUMBLINE_STREAM(wchar_t*, fgetws, (wchar_t * text, int room, FILE* stream), (text, room, stream),
                 kRead, stream)
PLUMBLINE_STREAM(wchar_t*, fgetws_unlocked, (wchar_t * text, int room, FILE* stream),
                 (text, room, stream), kRead, stream)
PLUMBLINE_STREAM(wchar_t*, __fgetws_chk, (wchar_t * text, size_t size, int room, FILE* stream),
                 (text, size, room, stream), kRead, stream)
PLUMBLINE_STREAM(wchar_t*, __fgetws_unlocked_chk,
                 (wchar_t * text, size_t size, int room, FILE* stream), (text, size, room, stream),
                 kRead, stream)
PLUMBLINE_STREAM(int, fputws, (const wchar_t* text, FILE* stream), (text, stream), kWrite, stream)
PLUMBLINE_STREAM(int, fputws_unlocked, (const wchar_t* text, FILE* stream), (text, stream), kWrite,
                 stream)

PLUMBLINE_STREAM(int, vwprintf, (const wchar_t* format, va_list arguments), (format, arguments),
                 kWrite, stdout)
PLUMBLINE_STREAM(int, vfwprintf, (FILE * stream, const wchar_t* format, va_list arguments),
                 (stream, format, arguments), kWrite, stream)
PLUMBLINE_STREAM(int, __vwprintf_chk, (int flag, const wchar_t* format, va_list arguments),
                 (flag, format, arguments), kWrite, stdout)
PLUMBLINE_STREAM(int, __vfwprintf_chk,
                 (FILE * stream, int flag, const wchar_t* format, va_list arguments),
                 (stream, flag, format, arguments), kWrite, stream)
PLUMBLINE_VARIADIC(wprintf, (const wchar_t* format, ...), format, kWrite, stdout, vwprintf,
                   (format, arguments))
PLUMBLINE_VARIADIC(fwprintf, (FILE * stream, const wchar_t* format, ...), format, kWrite, stream,
                   vfwprintf, (stream, format, arguments))
PLUMBLINE_VARIADIC(__wprintf_chk, (int flag, const wchar_t* format, ...), format, kWrite, stdout,
                   __vwprintf_chk, (flag, format, arguments))
PLUMBLINE_VARIADIC(__fwprintf_chk, (FILE * stream, int flag, const wchar_t* format, ...), format,
                   kWrite, stream, __vfwprintf_chk, (stream, flag, format, arguments))

PLUMBLINE_STREAM(int, plumbline_vwscanf, (const wchar_t* format, va_list arguments),
                 (format, arguments), kRead, stdin)
PLUMBLINE_STREAM(int, plumbline_vfwscanf, (FILE * stream, const wchar_t* format, va_list arguments),
                 (stream, format, arguments), kRead, stream)
PLUMBLINE_STREAM(int, vwscanf, (const wchar_t* format, va_list arguments), (format, arguments),
                 kRead, stdin)
PLUMBLINE_STREAM(int, vfwscanf, (FILE * stream, const wchar_t* format, va_list arguments),
                 (stream, format, arguments), kRead, stream)
PLUMBLINE_VARIADIC(plumbline_wscanf, (const wchar_t* format, ...), format, kRead, stdin,
                   plumbline_vwscanf, (format, arguments))
PLUMBLINE_VARIADIC(plumbline_fwscanf, (FILE * stream, const wchar_t* format, ...), format, kRead,
                   stream, plumbline_vfwscanf, (stream, format, arguments))
PLUMBLINE_VARIADIC(wscanf, (const wchar_t* format, ...), format, kRead, stdin, vwscanf,
                   (format, arguments))
PLUMBLINE_VARIADIC(fwscanf, (FILE * stream, const wchar_t* format, ...), format, kRead, stream,
                   vfwscanf, (stream, format, arguments))

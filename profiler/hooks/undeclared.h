// Functions that libc exports and that its headers either do not declare (what programs built with
// _FORTIFY_SOURCE, or with older headers, call) or declare under another symbol.
//
// Included by original.h, so that the lookup and every hook share one signature.
// Thread rule: declarations only. Signal rule: none. Failure: none.
#pragma once

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <wchar.h>

#include <cstddef>

extern "C" {

// As wide as the buffer, which the callers' compiler knows: `room`.
ssize_t __read_chk(int fd, void* buffer, size_t bytes, size_t room);
ssize_t __pread_chk(int fd, void* buffer, size_t bytes, off_t offset, size_t room);
ssize_t __pread64_chk(int fd, void* buffer, size_t bytes, off64_t offset, size_t room);
ssize_t __readlink_chk(const char* path, char* buffer, size_t bytes, size_t room);
ssize_t __readlinkat_chk(int folder, const char* path, char* buffer, size_t bytes, size_t room);
char* __realpath_chk(const char* path, char* resolved, size_t room);
ssize_t __recv_chk(int fd, void* buffer, size_t bytes, size_t room, int flags);
ssize_t __recvfrom_chk(int fd, void* buffer, size_t bytes, size_t room, int flags,
                       sockaddr* address, socklen_t* address_bytes);
int __poll_chk(pollfd* descriptors, nfds_t count, int timeout_ms, size_t room);
int __ppoll_chk(pollfd* descriptors, nfds_t count, const timespec* timeout, const sigset_t* mask,
                size_t room);
char* __fgets_chk(char* text, size_t size, int room, FILE* stream);
char* __fgets_unlocked_chk(char* text, size_t size, int room, FILE* stream);
wchar_t* __fgetws_chk(wchar_t* text, size_t size, int room, FILE* stream);
wchar_t* __fgetws_unlocked_chk(wchar_t* text, size_t size, int room, FILE* stream);
size_t __fread_chk(void* data, size_t room, size_t size, size_t count, FILE* stream);
size_t __fread_unlocked_chk(void* data, size_t room, size_t size, size_t count, FILE* stream);
char* __gets_chk(char* text, size_t size);
char* gets(char* text);

int __printf_chk(int flag, const char* format, ...);
int __fprintf_chk(FILE* stream, int flag, const char* format, ...);
int __vprintf_chk(int flag, const char* format, va_list arguments);
int __vfprintf_chk(FILE* stream, int flag, const char* format, va_list arguments);
int __dprintf_chk(int fd, int flag, const char* format, ...);
int __vdprintf_chk(int fd, int flag, const char* format, va_list arguments);
int __wprintf_chk(int flag, const wchar_t* format, ...);
int __fwprintf_chk(FILE* stream, int flag, const wchar_t* format, ...);
int __vwprintf_chk(int flag, const wchar_t* format, va_list arguments);
int __vfwprintf_chk(FILE* stream, int flag, const wchar_t* format, va_list arguments);
void __syslog_chk(int priority, int flag, const char* format, ...);
void __vsyslog_chk(int priority, int flag, const char* format, va_list arguments);

int __open_2(const char* path, int flags);
int __open64_2(const char* path, int flags);
int __openat_2(int folder, const char* path, int flags);
int __openat64_2(int folder, const char* path, int flags);

// Behind stat, mknod and their kin until glibc 2.33.
int __xstat(int version, const char* path, struct stat* status);
int __xstat64(int version, const char* path, struct stat64* status);
int __lxstat(int version, const char* path, struct stat* status);
int __lxstat64(int version, const char* path, struct stat64* status);
int __fxstat(int version, int fd, struct stat* status);
int __fxstat64(int version, int fd, struct stat64* status);
int __fxstatat(int version, int folder, const char* path, struct stat* status, int flags);
int __fxstatat64(int version, int folder, const char* path, struct stat64* status, int flags);
int __xmknod(int version, const char* path, mode_t mode, dev_t* device);
int __xmknodat(int version, int folder, const char* path, mode_t mode, dev_t* device);

// Behind the inline characters of stdio.
int __uflow(FILE* stream);
int __underflow(FILE* stream);
int __overflow(FILE* stream, int character);
wint_t __wuflow(FILE* stream);
wint_t __wunderflow(FILE* stream);
wint_t __woverflow(FILE* stream, wint_t character);
int _IO_getc(FILE* stream);
int _IO_putc(int character, FILE* stream);

int __sigpause(int signal_or_mask, int is_signal);
int __xpg_sigpause(int number);

// <stdio.h> and <wchar.h> give the names of these to the C99 forms.
int plumbline_scanf(const char* format, ...) asm("scanf");
int plumbline_fscanf(FILE* stream, const char* format, ...) asm("fscanf");
int plumbline_vscanf(const char* format, va_list arguments) asm("vscanf");
int __vfscanf(FILE* stream, const char* format, va_list arguments);
int plumbline_vfscanf(FILE* stream, const char* format, va_list arguments) asm("vfscanf");
int plumbline_wscanf(const wchar_t* format, ...) asm("wscanf");
int plumbline_fwscanf(FILE* stream, const wchar_t* format, ...) asm("fwscanf");
int plumbline_vwscanf(const wchar_t* format, va_list arguments) asm("vwscanf");
int plumbline_vfwscanf(FILE* stream, const wchar_t* format, va_list arguments) asm("vfwscanf");

}  // extern "C"

/* Names that no header declares: what older programs call, and what the inline parts of stdio call.
 * At the end: what ends the streams and the process's place. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <time.h>
#include <wchar.h>

#include "every_call.h"

extern ssize_t __read(int, void*, size_t), __write(int, const void*, size_t);
extern ssize_t __pread64(int, void*, size_t, off_t), __pwrite64(int, const void*, size_t, off_t);
extern ssize_t __send(int, const void*, size_t, int);
extern int __open(const char*, int, ...), __open64(const char*, int, ...), __close(int);
extern int __open_2(const char*, int), __open64_2(const char*, int);
extern int __openat_2(int, const char*, int), __openat64_2(int, const char*, int);
extern int __dup2(int, int), __fcntl(int, int, ...), __statfs(const char*, struct statfs*);
extern int __connect(int, const struct sockaddr*, socklen_t), __poll(struct pollfd*, nfds_t, int);
extern int __select(int, fd_set*, fd_set*, fd_set*, struct timeval*);
extern int __nanosleep(const struct timespec*, struct timespec*), __sigsuspend(const void*);
extern pid_t __wait(int*), __waitpid(pid_t, int*, int), __vfork(void);
extern __sighandler_t __sysv_signal(int, __sighandler_t);
extern int __xstat(int, const char*, struct stat*), __xstat64(int, const char*, struct stat*);
extern int __lxstat(int, const char*, struct stat*), __lxstat64(int, const char*, struct stat*);
extern int __fxstat(int, int, struct stat*), __fxstat64(int, int, struct stat*);
extern int __fxstatat(int, int, const char*, struct stat*, int);
extern int __fxstatat64(int, int, const char*, struct stat*, int);
extern int __xmknod(int, const char*, mode_t, dev_t*);
extern int __xmknodat(int, int, const char*, mode_t, dev_t*);
extern int __uflow(FILE*), __underflow(FILE*), __overflow(FILE*, int);
extern wint_t __wuflow(FILE*), __wunderflow(FILE*), __woverflow(FILE*, wint_t);
extern int _IO_getc(FILE*), _IO_putc(int, FILE*);
extern ssize_t __getdelim(char**, size_t*, int, FILE*);
extern int old_scanf(const char*, ...) __asm__("scanf");
extern int old_wscanf(const wchar_t*, ...) __asm__("wscanf");
extern int old_fscanf(FILE*, const char*, ...) __asm__("fscanf");
extern int old_fwscanf(FILE*, const wchar_t*, ...) __asm__("fwscanf");
extern int old_vscanf(const char*, va_list) __asm__("vscanf");
extern int old_vfscanf(FILE*, const char*, va_list) __asm__("vfscanf");
extern int old_vwscanf(const wchar_t*, va_list) __asm__("vwscanf");
extern int old_vfwscanf(FILE*, const wchar_t*, va_list) __asm__("vfwscanf");
extern int __vfscanf(FILE*, const char*, va_list);
extern int __vprintf_chk(int, const char*, va_list);
extern char* __gets_chk(char*, size_t);

static void descriptors(void) {
  char text[8];
  struct stat status;
  struct statfs system;
  const struct timespec brief = {0, 1000};
  struct timeval none = {0, 0};
  const int fd = __open("odd", O_RDWR | O_CREAT, 0600);
  SAY(__write(fd, "1 2 3 4\n5 6 7 8\n", 16));
  SAY(__pwrite64(fd, "1", 1, 0));
  SAY(__pread64(fd, text, 4, 0));
  SAY(__read(fd, text, 4));
  SAY(__close(__open64("odd", O_RDONLY)));
  SAY(__close(__open_2("odd", O_RDONLY)));
  SAY(__close(__open64_2("odd", O_RDONLY)));
  SAY(__close(__openat_2(AT_FDCWD, "odd", O_RDONLY)));
  SAY(__close(__openat64_2(AT_FDCWD, "odd", O_RDONLY)));
  SAY(__dup2(fd, 40));
  SAY(__fcntl(40, F_GETFD));
  SAY(__close(40));
  SAY(__statfs("odd", &system));
  SAY(__xstat(1, "odd", &status) + __xstat64(1, "odd", &status));
  SAY(__lxstat(1, "odd", &status) + __lxstat64(1, "/nonexistent", &status));
  SAY(__fxstat(1, fd, &status) + __fxstat64(1, fd, &status));
  SAY(__fxstatat(1, AT_FDCWD, "odd", &status, 0) + __fxstatat64(1, -1, "odd", &status, 0));
  dev_t device = 0;
  SAY(__xmknod(0, "odd", S_IFREG, &device) + __xmknodat(0, -1, "odd", S_IFREG, &device));
  SAY(__send(-1, text, 1, 0) + __connect(-1, NULL, 0) + __poll(NULL, 0, 0));
  SAY(__select(0, NULL, NULL, NULL, &none) + __nanosleep(&brief, NULL));
  SAY(__wait(NULL) + __waitpid(-1, NULL, 0));
  SAY(__close(fd));
}

static int scan(int (*vscan)(FILE*, const char*, va_list), FILE* stream, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int result = vscan(stream, format, arguments);
  va_end(arguments);
  return result;
}
static int scan_input(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int result = old_vscanf(format, arguments);
  va_end(arguments);
  return result;
}
static int print_checked(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int result = __vprintf_chk(1, format, arguments);
  va_end(arguments);
  return result;
}
static int scan_wide(FILE* stream, const wchar_t* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int result = stream != NULL ? old_vfwscanf(stream, format, arguments)
                                    : old_vwscanf(format, arguments);
  va_end(arguments);
  return result;
}

static void streams(void) {
  FILE* stream = fopen("odd", "r+");
  char* line = NULL;
  size_t length = 0;
  int number = 0;
  SAY(__underflow(stream));
  SAY(__uflow(stream));
  SAY(_IO_getc(stream));
  SAY(__getdelim(&line, &length, ' ', stream));
  SAY(old_fscanf(stream, "%d", &number));
  SAY(scan(old_vfscanf, stream, "%d", &number));
  SAY(scan(__vfscanf, stream, "%d", &number));
  SAY(number);
  fseek(stream, 0, SEEK_END);
  SAY(_IO_putc('x', stream));
  SAY(__overflow(stream, 'y'));
  SAY(fclose(stream));
  free(line);
  SAY_POINTER(freopen("odd", "r", stdin));
  SAY(old_scanf("%d", &number));
  char rest[32];
  SAY_POINTER(__gets_chk(rest, sizeof rest));
  SAY(print_checked("%d\n", 3));
  SAY(scan_input("%d", &number));
  stream = fopen("odd", "r+");
  fwide(stream, 1);
  SAY(__wunderflow(stream));
  SAY(__wuflow(stream));
  SAY(old_fwscanf(stream, L"%d", &number));
  SAY(scan_wide(stream, L"%d", &number));
  fseek(stream, 0, SEEK_END);
  SAY(__woverflow(stream, L'z'));
  SAY(fclose(stream));
  SAY_POINTER(freopen("odd", "r", stdin));
  fwide(stdin, 1);
  SAY(old_wscanf(L"%d", &number));
  SAY(scan_wide(NULL, L"%d", &number));
}

static void last_things(void) {
  SAY(__sigsuspend((void*)1));
  SAY(__sysv_signal(-1, SIG_IGN) == SIG_ERR);
  SAY(chroot("/nonexistent"));
  const pid_t child = __vfork();
  if (child == 0) _exit(3);
  SAY(waitpid(child, NULL, 0) == child);
  SAY(fcloseall());
  SAY(daemon(1, 1) >= 0 ? 0 : -1); /* goes on in a child, still writing to the same place */
}

void call_odd_names(void) {
  descriptors();
  streams();
  last_things();
}

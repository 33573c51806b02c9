/* Descriptors: opening, reading, writing, copying, locking. */
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <termios.h>

#include "every_call.h"

static char buffer[64];
static struct iovec piece = {buffer, 8};

static void open_all(void) {
  char name[] = "openXXXXXX", suffixed[] = "openXXXXXX.tmp";
  volatile int flags = O_RDONLY;
  SAY(close(open("/nonexistent", O_RDONLY)));
  SAY(close(open("data", O_RDWR | O_CREAT, 0640)));
  SAY(close(open64("data", O_RDWR | O_TRUNC)));
  SAY(close(open("data", flags)));
  SAY(close(open64("data", flags)));
  SAY(close(openat(AT_FDCWD, "data", flags)));
  SAY(close(openat64(AT_FDCWD, "data", flags)));
  SAY(close(openat(-1, "data", O_RDONLY)));
  SAY(close(openat64(AT_FDCWD, "other", O_RDWR | O_CREAT, 0600)));
  SAY(close(open(".", O_RDWR | O_TMPFILE, 0600)) < 0 ? -1 : 0);
  SAY(close(creat("data", 0644)));
  SAY(close(creat64("/nonexistent/x", 0644)));
  SAY(open_by_handle_at(-1, (struct file_handle*)buffer, O_RDONLY) < 0);
  SAY(close(mkstemp(name)));
  SAY(mkstemp("bad") < 0);
  memcpy(name + 4, "XXXXXX", 6);
  SAY(close(mkstemp64(name)));
  memcpy(name + 4, "XXXXXX", 6);
  SAY(close(mkostemp(name, O_CLOEXEC)));
  memcpy(name + 4, "XXXXXX", 6);
  SAY(close(mkostemp64(name, O_CLOEXEC)));
  SAY(close(mkstemps(suffixed, 4)));
  memcpy(suffixed + 4, "XXXXXX", 6);
  SAY(close(mkstemps64(suffixed, 4)));
  memcpy(suffixed + 4, "XXXXXX", 6);
  SAY(close(mkostemps(suffixed, 4, 0)));
  memcpy(suffixed + 4, "XXXXXX", 6);
  SAY(close(mkostemps64(suffixed, 4, 0)));
}

static void read_and_write(int fd) {
  const size_t n = known_only_at_run_time;
  SAY(write(fd, "some text of a file", 19));
  SAY(write(-1, "x", 1));
  SAY(writev(fd, &piece, 1));
  SAY(writev(fd, NULL, -1));
  SAY(pwrite(fd, "S", 1, 0));
  SAY(pwrite64(fd, "S", 1, -1));
  SAY(pwritev(fd, &piece, 1, 32));
  SAY(pwritev64(fd, &piece, 1, 32));
  SAY(pwritev2(fd, &piece, 1, 32, 0));
  SAY(pwritev64v2(fd, &piece, 1, 32, -1));
  SAY(lseek(fd, 0, SEEK_SET));
  SAY(read(fd, buffer, n));
  say_text("read", buffer, (long)n);
  SAY(read(-1, buffer, n));
  SAY(read(fd, (void*)1, 8));
  SAY(readv(fd, &piece, 1));
  SAY(pread(fd, buffer, n, 5));
  SAY(pread64(fd, buffer, n, 5));
  say_text("pread64", buffer, (long)n);
  SAY(pread(fd, buffer, n, -1));
  SAY(preadv(fd, &piece, 1, 0));
  SAY(preadv64(fd, &piece, 1, 0));
  SAY(preadv2(fd, &piece, 1, 0, 0));
  SAY(preadv64v2(fd, &piece, 1, 0, -1));
  SAY(readahead(fd, 0, 4096));
  SAY(posix_fadvise(fd, 0, 0, POSIX_FADV_NORMAL));
  SAY(posix_fadvise64(-1, 0, 0, 0));
}

static void size_and_sync(int fd) {
  SAY(fsync(fd));
  SAY(fsync(-1));
  SAY(fdatasync(fd));
  SAY(syncfs(-1));
  SAY(sync_file_range(fd, 0, 0, 0));
  SAY_VOID(sync());
  SAY(tcdrain(fd));
  SAY(msync((void*)1, 1, MS_SYNC));
  SAY(ftruncate(fd, 40));
  SAY(ftruncate64(fd, -1));
  SAY(truncate("data", 100));
  SAY(truncate64("/nonexistent", 1));
  SAY(fallocate(fd, 0, 0, 200));
  SAY(fallocate64(fd, -1, 0, 200));
  SAY(posix_fallocate(fd, 0, 300));
  SAY(posix_fallocate64(fd, -1, 300));
}

static void copy(int fd) {
  int pipes[2], others[2];
  off_t offset = 0;
  SAY(pipe(pipes));
  SAY(pipe(others));
  SAY(sendfile(pipes[1], fd, &offset, 10));
  SAY(sendfile64(pipes[1], -1, NULL, 10));
  SAY(copy_file_range(fd, NULL, -1, NULL, 10, 0));
  SAY(tee(pipes[0], others[1], 5, 0));
  SAY(splice(pipes[0], NULL, others[1], NULL, 5, 0));
  SAY(splice(fd, NULL, fd, NULL, 5, 0));
  SAY(vmsplice(pipes[1], &piece, 1, 0));
  SAY(ioctl(pipes[0], FIONREAD, buffer));
  SAY(*(int*)buffer);
  SAY(ioctl(-1, FIONREAD, buffer));
  SAY(dup2(others[0], 50));
  SAY(dup2(-1, 50));
  SAY(dup3(others[0], 51, O_CLOEXEC));
  SAY(dup3(51, 51, 0));
  SAY(fcntl(others[0], F_DUPFD, 60));
  SAY(fcntl64(others[0], F_GETFD));
  SAY(fcntl(-1, F_GETFL));
  SAY(close_range(50, 60, 0));
  SAY(close(50));
  SAY_VOID(closefrom(40));
  for (int i = 0; i < 2; ++i) {
    SAY(close(pipes[i]));
    SAY(close(others[i]));
  }
}

static void lock(int fd) {
  struct flock whole = {.l_type = F_WRLCK};
  SAY(flock(fd, LOCK_EX));
  SAY(flock(-1, LOCK_EX));
  SAY(lockf(fd, F_LOCK, 0));
  SAY(lockf64(fd, F_ULOCK, 0));
  SAY(lockf(fd, -1, 0));
  SAY(fcntl(fd, F_SETLKW, &whole));
  whole.l_type = F_UNLCK;
  SAY(fcntl64(fd, F_SETLKW, &whole));
  SAY(fcntl64(fd, F_OFD_SETLKW, &whole));
}

void call_files(void) {
  known_only_at_run_time = 8;
  memcpy(buffer, "12345678", 8);
  open_all();
  const int fd = open("data", O_RDWR | O_TRUNC);
  read_and_write(fd);
  size_and_sync(fd);
  copy(fd);
  lock(fd);
  SAY(close(fd));
  SAY(close(fd));
  const int event = eventfd(1, EFD_NONBLOCK);
  eventfd_t value = 0;
  SAY(eventfd_read(event, &value));
  SAY(eventfd_read(event, &value));
  SAY(eventfd_write(event, 2));
  SAY(close(event));
}

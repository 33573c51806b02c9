/* Files by name: what they are, and changing them other than by writing. */
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <utime.h>

#include "every_call.h"

static void ask(int fd) {
  char path[PATH_MAX];
  const size_t n = known_only_at_run_time;
  struct stat status;
  struct stat64 status64;
  struct statfs system;
  struct statfs64 system64;
  struct statvfs volume;
  struct statvfs64 volume64;
  struct statx extended;
  SAY(stat("names", &status));
  SAY(status.st_size);
  SAY(stat("", &status));
  SAY(stat64("names", &status64));
  SAY(lstat("names", &status));
  SAY(lstat64("/nonexistent", &status64));
  SAY(fstat(fd, &status));
  SAY(fstat64(-1, &status64));
  SAY(fstatat(AT_FDCWD, "names", &status, 0));
  SAY(fstatat64(-1, "names", &status64, 0));
  SAY(statx(AT_FDCWD, "names", 0, STATX_SIZE, &extended));
  SAY(extended.stx_size);
  SAY(statfs("names", &system));
  SAY(statfs64("/nonexistent", &system64));
  SAY(fstatfs(fd, &system));
  SAY(fstatfs64(-1, &system64));
  SAY(statvfs("names", &volume));
  SAY(statvfs64("/nonexistent", &volume64));
  SAY(fstatvfs(fd, &volume));
  SAY(fstatvfs64(-1, &volume64));
  SAY(access("names", R_OK));
  SAY(access("/nonexistent", R_OK));
  SAY(euidaccess("names", F_OK));
  SAY(eaccess("/nonexistent", F_OK));
  SAY(faccessat(AT_FDCWD, "names", F_OK, 0));
  SAY(symlink("names", "symbolic"));
  SAY(readlink("symbolic", path, n));
  say_text("readlink", path, (long)n);
  SAY(readlinkat(AT_FDCWD, "names", path, n));
  SAY_POINTER(realpath("symbolic", path));
  SAY_POINTER(realpath("/nonexistent", NULL));
  SAY_POINTER(canonicalize_file_name("/nonexistent"));
}

static void ask_attributes(int fd) {
  char value[8];
  SAY(setxattr("/nonexistent", "user.x", "1", 1, 0));
  SAY(lsetxattr("names", "bad", "1", 1, 0));
  SAY(fsetxattr(-1, "user.x", "1", 1, 0));
  SAY(getxattr("names", "user.none", value, sizeof value));
  SAY(lgetxattr("/nonexistent", "user.x", value, sizeof value));
  SAY(fgetxattr(fd, "user.none", value, sizeof value));
  SAY(listxattr("/nonexistent", value, 0));
  SAY(llistxattr("names", value, 0) >= 0);
  SAY(flistxattr(-1, value, 0));
  SAY(removexattr("/nonexistent", "user.x"));
  SAY(lremovexattr("names", "bad"));
  SAY(fremovexattr(-1, "user.x"));
}

static void rename_and_remove(void) {
  char folder[] = "folderXXXXXX";
  SAY(rename("symbolic", "link"));
  SAY(rename("/nonexistent", "x"));
  SAY(renameat(AT_FDCWD, "link", AT_FDCWD, "symbolic"));
  SAY(renameat2(AT_FDCWD, "symbolic", AT_FDCWD, "names", RENAME_NOREPLACE));
  SAY(link("names", "hard"));
  SAY(linkat(AT_FDCWD, "names", AT_FDCWD, "hard", 0));
  SAY(symlinkat("names", -1, "x"));
  SAY(unlink("hard"));
  SAY(unlink("hard"));
  SAY(unlinkat(AT_FDCWD, "symbolic", 0));
  SAY(remove("/nonexistent"));
  SAY(mkdir("folder", 0700));
  SAY(mkdir("folder", 0700));
  SAY(mkdirat(-1, "folder", 0700));
  SAY_POINTER(mkdtemp(folder));
  SAY(rmdir("folder"));
  SAY(rmdir("folder"));
  SAY(rmdir(folder));
  SAY(mkfifo("fifo", 0600));
  SAY(mkfifoat(AT_FDCWD, "fifo", 0600));
  SAY(remove("fifo"));
  SAY(mknod("node", S_IFREG | 0600, 0));
  SAY(mknodat(AT_FDCWD, "node", S_IFREG | 0600, 0));
  SAY(unlink("node"));
  SAY(chdir("/nonexistent"));
  SAY(chdir("."));
  SAY(chroot("/nonexistent"));
}

static void change_owner_and_time(int fd) {
  const struct timeval times[2] = {{1, 0}, {2, 0}};
  const struct timespec exact[2] = {{1, 0}, {2, 0}};
  const struct utimbuf old = {1, 2};
  SAY(chmod("names", 0640));
  SAY(lchmod("/nonexistent", 0640));
  SAY(fchmod(fd, 0600));
  SAY(fchmodat(AT_FDCWD, "names", 0600, 0));
  SAY(chown("/nonexistent", 0, 0));
  SAY(lchown("names", (uid_t)-1, (gid_t)-1));
  SAY(fchown(-1, 0, 0));
  SAY(fchownat(AT_FDCWD, "names", (uid_t)-1, (gid_t)-1, 0));
  SAY(utime("names", &old));
  SAY(utimes("names", times));
  SAY(lutimes("/nonexistent", times));
  SAY(futimes(fd, times));
  SAY(futimens(-1, exact));
  SAY(futimesat(AT_FDCWD, "names", times));
  SAY(utimensat(AT_FDCWD, "names", exact, -1));
}

void call_file_names(void) {
  known_only_at_run_time = 4;
  const int fd = open("names", O_RDWR | O_CREAT, 0600);
  ask(fd);
  ask_attributes(fd);
  rename_and_remove();
  change_owner_and_time(fd);
  close(fd);
}

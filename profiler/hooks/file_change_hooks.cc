// Changing files other than by writing into them: names, directories, sizes, owners, times.
// Category `file`: each of these may wait for a journal or a server.
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>

#include "profiler/hooks/recorded_hook.h"

namespace plumbline::hooks {
namespace {

constexpr WaitKind kChanging{.operation = Operation::kFileChange, .category = Category::kFile};
WaitKind changing(int fd) {
  return {.operation = Operation::kFileChange, .category = Category::kFile, .descriptor = fd};
}

}  // namespace
}  // namespace plumbline::hooks

using namespace plumbline::hooks;

#define PLUMBLINE_CHANGE(Result, name, parameters, arguments) \
  PLUMBLINE_RECORDED(Result, name, parameters, arguments, kChanging)
#define PLUMBLINE_CHANGE_FD(name, parameters, arguments) \
  PLUMBLINE_RECORDED(int, name, parameters, arguments, changing(fd))

PLUMBLINE_CHANGE(int, rename, (const char* from, const char* to), (from, to))
PLUMBLINE_CHANGE(int, renameat, (int from_folder, const char* from, int to_folder, const char* to),
                 (from_folder, from, to_folder, to))
PLUMBLINE_CHANGE(int, renameat2,
                 (int from_folder, const char* from, int to_folder, const char* to, unsigned flags),
                 (from_folder, from, to_folder, to, flags))
PLUMBLINE_CHANGE(int, unlink, (const char* path), (path))
PLUMBLINE_CHANGE(int, unlinkat, (int folder, const char* path, int flags), (folder, path, flags))
PLUMBLINE_CHANGE(int, remove, (const char* path), (path))
PLUMBLINE_CHANGE(int, link, (const char* from, const char* to), (from, to))
PLUMBLINE_CHANGE(int, linkat,
                 (int from_folder, const char* from, int to_folder, const char* to, int flags),
                 (from_folder, from, to_folder, to, flags))
PLUMBLINE_CHANGE(int, symlink, (const char* target, const char* path), (target, path))
PLUMBLINE_CHANGE(int, symlinkat, (const char* target, int folder, const char* path),
                 (target, folder, path))
PLUMBLINE_CHANGE(int, mkdir, (const char* path, mode_t mode), (path, mode))
PLUMBLINE_CHANGE(int, mkdirat, (int folder, const char* path, mode_t mode), (folder, path, mode))
PLUMBLINE_CHANGE(char*, mkdtemp, (char* path), (path))
PLUMBLINE_CHANGE(int, rmdir, (const char* path), (path))
PLUMBLINE_CHANGE(int, mkfifo, (const char* path, mode_t mode), (path, mode))
PLUMBLINE_CHANGE(int, mkfifoat, (int folder, const char* path, mode_t mode), (folder, path, mode))
PLUMBLINE_CHANGE(int, mknod, (const char* path, mode_t mode, dev_t device), (path, mode, device))
PLUMBLINE_CHANGE(int, mknodat, (int folder, const char* path, mode_t mode, dev_t device),
                 (folder, path, mode, device))
PLUMBLINE_CHANGE(int, __xmknod, (int version, const char* path, mode_t mode, dev_t* device),
                 (version, path, mode, device))
PLUMBLINE_CHANGE(int, __xmknodat,
                 (int version, int folder, const char* path, mode_t mode, dev_t* device),
                 (version, folder, path, mode, device))
PLUMBLINE_CHANGE(int, chdir, (const char* path), (path))
PLUMBLINE_CHANGE(int, chroot, (const char* path), (path))

PLUMBLINE_CHANGE(int, truncate, (const char* path, off_t bytes), (path, bytes))
PLUMBLINE_CHANGE(int, truncate64, (const char* path, off64_t bytes), (path, bytes))
PLUMBLINE_CHANGE_FD(ftruncate, (int fd, off_t bytes), (fd, bytes))
PLUMBLINE_CHANGE_FD(ftruncate64, (int fd, off64_t bytes), (fd, bytes))
PLUMBLINE_CHANGE_FD(fallocate, (int fd, int mode, off_t offset, off_t bytes),
                    (fd, mode, offset, bytes))
PLUMBLINE_CHANGE_FD(fallocate64, (int fd, int mode, off64_t offset, off64_t bytes),
                    (fd, mode, offset, bytes))
PLUMBLINE_CHANGE_FD(posix_fallocate, (int fd, off_t offset, off_t bytes), (fd, offset, bytes))
PLUMBLINE_CHANGE_FD(posix_fallocate64, (int fd, off64_t offset, off64_t bytes), (fd, offset, bytes))

PLUMBLINE_CHANGE(int, chmod, (const char* path, mode_t mode), (path, mode))
PLUMBLINE_CHANGE(int, lchmod, (const char* path, mode_t mode), (path, mode))
PLUMBLINE_CHANGE_FD(fchmod, (int fd, mode_t mode), (fd, mode))
PLUMBLINE_CHANGE(int, fchmodat, (int folder, const char* path, mode_t mode, int flags),
                 (folder, path, mode, flags))
PLUMBLINE_CHANGE(int, chown, (const char* path, uid_t user, gid_t group), (path, user, group))
PLUMBLINE_CHANGE(int, lchown, (const char* path, uid_t user, gid_t group), (path, user, group))
PLUMBLINE_CHANGE_FD(fchown, (int fd, uid_t user, gid_t group), (fd, user, group))
PLUMBLINE_CHANGE(int, fchownat, (int folder, const char* path, uid_t user, gid_t group, int flags),
                 (folder, path, user, group, flags))
PLUMBLINE_CHANGE(int, utime, (const char* path, const utimbuf* times), (path, times))
PLUMBLINE_CHANGE(int, utimes, (const char* path, const timeval times[2]), (path, times))
PLUMBLINE_CHANGE(int, lutimes, (const char* path, const timeval times[2]), (path, times))
PLUMBLINE_CHANGE_FD(futimes, (int fd, const timeval times[2]), (fd, times))
PLUMBLINE_CHANGE_FD(futimens, (int fd, const timespec times[2]), (fd, times))
PLUMBLINE_CHANGE(int, futimesat, (int folder, const char* path, const timeval times[2]),
                 (folder, path, times))
PLUMBLINE_CHANGE(int, utimensat, (int folder, const char* path, const timespec times[2], int flags),
                 (folder, path, times, flags))

PLUMBLINE_CHANGE(int, setxattr,
                 (const char* path, const char* name, const void* value, size_t bytes, int flags),
                 (path, name, value, bytes, flags))
PLUMBLINE_CHANGE(int, lsetxattr,
                 (const char* path, const char* name, const void* value, size_t bytes, int flags),
                 (path, name, value, bytes, flags))
PLUMBLINE_CHANGE_FD(fsetxattr,
                    (int fd, const char* name, const void* value, size_t bytes, int flags),
                    (fd, name, value, bytes, flags))
PLUMBLINE_CHANGE(int, removexattr, (const char* path, const char* name), (path, name))
PLUMBLINE_CHANGE(int, lremovexattr, (const char* path, const char* name), (path, name))
PLUMBLINE_CHANGE_FD(fremovexattr, (int fd, const char* name), (fd, name))

// Asking about files: stat and its kin. Category `file`: a path on a network or FUSE file system,
// or one whose directory is not cached, waits for it. fstat by what the descriptor is.
//
// The `x` forms (__xstat, ...) are what programs built before glibc 2.33 call.
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "profiler/hooks/recorded_hook.h"

namespace plumbline::hooks {
namespace {

constexpr WaitKind kAsking{.operation = Operation::kFileStatus, .category = Category::kFile};
WaitKind asking(int fd) { return on_descriptor(Operation::kFileStatus, fd); }

}  // namespace
}  // namespace plumbline::hooks

using namespace plumbline::hooks;
using Stat = struct stat;
using Stat64 = struct stat64;
using Statfs = struct statfs;
using Statfs64 = struct statfs64;
using Statvfs = struct statvfs;
using Statvfs64 = struct statvfs64;
using Statx = struct statx;

#define PLUMBLINE_ASK(Result, name, parameters, arguments) \
  PLUMBLINE_RECORDED(Result, name, parameters, arguments, kAsking)
#define PLUMBLINE_ASK_FD(Result, name, parameters, arguments) \
  PLUMBLINE_RECORDED(Result, name, parameters, arguments, asking(fd))

PLUMBLINE_ASK(int, stat, (const char* path, Stat* status), (path, status))
PLUMBLINE_ASK(int, stat64, (const char* path, Stat64* status), (path, status))
PLUMBLINE_ASK(int, lstat, (const char* path, Stat* status), (path, status))
PLUMBLINE_ASK(int, lstat64, (const char* path, Stat64* status), (path, status))
PLUMBLINE_ASK_FD(int, fstat, (int fd, Stat* status), (fd, status))
PLUMBLINE_ASK_FD(int, fstat64, (int fd, Stat64* status), (fd, status))
PLUMBLINE_ASK(int, fstatat, (int folder, const char* path, Stat* status, int flags),
              (folder, path, status, flags))
PLUMBLINE_ASK(int, fstatat64, (int folder, const char* path, Stat64* status, int flags),
              (folder, path, status, flags))
PLUMBLINE_ASK(int, statx, (int folder, const char* path, int flags, unsigned mask, Statx* status),
              (folder, path, flags, mask, status))
PLUMBLINE_ASK(int, __xstat, (int version, const char* path, Stat* status), (version, path, status))
PLUMBLINE_ASK(int, __xstat64, (int version, const char* path, Stat64* status),
              (version, path, status))
PLUMBLINE_ASK(int, __lxstat, (int version, const char* path, Stat* status), (version, path, status))
PLUMBLINE_ASK(int, __lxstat64, (int version, const char* path, Stat64* status),
              (version, path, status))
PLUMBLINE_ASK_FD(int, __fxstat, (int version, int fd, Stat* status), (version, fd, status))
PLUMBLINE_ASK_FD(int, __fxstat64, (int version, int fd, Stat64* status), (version, fd, status))
PLUMBLINE_ASK(int, __fxstatat, (int version, int folder, const char* path, Stat* status, int flags),
              (version, folder, path, status, flags))
PLUMBLINE_ASK(int, __fxstatat64,
              (int version, int folder, const char* path, Stat64* status, int flags),
              (version, folder, path, status, flags))

PLUMBLINE_ASK(int, statfs, (const char* path, Statfs* status), (path, status))
PLUMBLINE_ALIAS(__statfs, statfs);
PLUMBLINE_ASK(int, statfs64, (const char* path, Statfs64* status), (path, status))
PLUMBLINE_ASK_FD(int, fstatfs, (int fd, Statfs* status), (fd, status))
PLUMBLINE_ASK_FD(int, fstatfs64, (int fd, Statfs64* status), (fd, status))
PLUMBLINE_ASK(int, statvfs, (const char* path, Statvfs* status), (path, status))
PLUMBLINE_ASK(int, statvfs64, (const char* path, Statvfs64* status), (path, status))
PLUMBLINE_ASK_FD(int, fstatvfs, (int fd, Statvfs* status), (fd, status))
PLUMBLINE_ASK_FD(int, fstatvfs64, (int fd, Statvfs64* status), (fd, status))

PLUMBLINE_ASK(int, access, (const char* path, int mode), (path, mode))
PLUMBLINE_ASK(int, euidaccess, (const char* path, int mode), (path, mode))
PLUMBLINE_ASK(int, eaccess, (const char* path, int mode), (path, mode))
PLUMBLINE_ASK(int, faccessat, (int folder, const char* path, int mode, int flags),
              (folder, path, mode, flags))
PLUMBLINE_ASK(ssize_t, readlink, (const char* path, char* buffer, size_t bytes),
              (path, buffer, bytes))
PLUMBLINE_ASK(ssize_t, __readlink_chk, (const char* path, char* buffer, size_t bytes, size_t room),
              (path, buffer, bytes, room))
PLUMBLINE_ASK(ssize_t, readlinkat, (int folder, const char* path, char* buffer, size_t bytes),
              (folder, path, buffer, bytes))
PLUMBLINE_ASK(ssize_t, __readlinkat_chk,
              (int folder, const char* path, char* buffer, size_t bytes, size_t room),
              (folder, path, buffer, bytes, room))
PLUMBLINE_ASK(char*, realpath, (const char* path, char* resolved), (path, resolved))
PLUMBLINE_ASK(char*, __realpath_chk, (const char* path, char* resolved, size_t room),
              (path, resolved, room))
PLUMBLINE_ASK(char*, canonicalize_file_name, (const char* path), (path))

PLUMBLINE_ASK(ssize_t, getxattr, (const char* path, const char* name, void* value, size_t bytes),
              (path, name, value, bytes))
PLUMBLINE_ASK(ssize_t, lgetxattr, (const char* path, const char* name, void* value, size_t bytes),
              (path, name, value, bytes))
PLUMBLINE_ASK_FD(ssize_t, fgetxattr, (int fd, const char* name, void* value, size_t bytes),
                 (fd, name, value, bytes))
PLUMBLINE_ASK(ssize_t, listxattr, (const char* path, char* list, size_t bytes), (path, list, bytes))
PLUMBLINE_ASK(ssize_t, llistxattr, (const char* path, char* list, size_t bytes),
              (path, list, bytes))
PLUMBLINE_ASK_FD(ssize_t, flistxattr, (int fd, char* list, size_t bytes), (fd, list, bytes))

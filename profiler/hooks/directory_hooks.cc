// Reading directories. Category `file`.
#include <dirent.h>
#include <fts.h>

#include "profiler/capture/descriptor_kind.h"
#include "profiler/hooks/recorded_hook.h"

namespace plumbline::hooks {
namespace {

constexpr WaitKind kOpening{.operation = Operation::kOpen, .category = Category::kFile};
constexpr WaitKind kReading{.operation = Operation::kReadDirectory, .category = Category::kFile};
constexpr WaitKind kClosing{.operation = Operation::kClose, .category = Category::kFile};
WaitKind reading(int fd) { return on_descriptor(Operation::kReadDirectory, fd); }

}  // namespace
}  // namespace plumbline::hooks

using namespace plumbline::hooks;
using Compare = int (*)(const FTSENT**, const FTSENT**);
using Compare64 = int (*)(const FTSENT64**, const FTSENT64**);

PLUMBLINE_RECORDED(DIR*, opendir, (const char* path), (path), kOpening)
PLUMBLINE_RECORDED(DIR*, fdopendir, (int fd), (fd), on_descriptor(Operation::kOpen, fd))
PLUMBLINE_RECORDED(dirent*, readdir, (DIR * folder), (folder), kReading)
PLUMBLINE_RECORDED(dirent64*, readdir64, (DIR * folder), (folder), kReading)
PLUMBLINE_RECORDED(int, readdir_r, (DIR * folder, dirent* entry, dirent** result),
                   (folder, entry, result), kReading)
PLUMBLINE_RECORDED(int, readdir64_r, (DIR * folder, dirent64* entry, dirent64** result),
                   (folder, entry, result), kReading)
PLUMBLINE_RECORDED(ssize_t, getdents64, (int fd, void* buffer, size_t bytes), (fd, buffer, bytes),
                   reading(fd))
PLUMBLINE_RECORDED(ssize_t, getdirentries, (int fd, char* buffer, size_t bytes, off_t* base),
                   (fd, buffer, bytes, base), reading(fd))
PLUMBLINE_RECORDED(ssize_t, getdirentries64, (int fd, char* buffer, size_t bytes, off64_t* base),
                   (fd, buffer, bytes, base), reading(fd))
PLUMBLINE_HOOK int closedir(DIR* folder) {
  const int fd = is_null(folder) ? -1 : dirfd(folder);
  const int result = recorded(kClosing, [&] { return original().closedir(folder); });
  plumbline::capture::forget_descriptor(fd);
  return result;
}

PLUMBLINE_RECORDED(FTS*, fts_open, (char* const* paths, int options, Compare compare),
                   (paths, options, compare), kOpening)
PLUMBLINE_RECORDED(FTS64*, fts64_open, (char* const* paths, int options, Compare64 compare),
                   (paths, options, compare), kOpening)
PLUMBLINE_RECORDED(FTSENT*, fts_read, (FTS * walk), (walk), kReading)
PLUMBLINE_RECORDED(FTSENT64*, fts64_read, (FTS64 * walk), (walk), kReading)
PLUMBLINE_RECORDED(FTSENT*, fts_children, (FTS * walk, int options), (walk, options), kReading)
PLUMBLINE_RECORDED(FTSENT64*, fts64_children, (FTS64 * walk, int options), (walk, options),
                   kReading)
PLUMBLINE_RECORDED(int, fts_close, (FTS * walk), (walk), kClosing)
PLUMBLINE_RECORDED(int, fts64_close, (FTS64 * walk), (walk), kClosing)

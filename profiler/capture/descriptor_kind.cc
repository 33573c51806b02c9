#include "profiler/capture/descriptor_kind.h"

#include "profiler/base/sys.h"

namespace plumbline::capture {

using format::Category;
using format::DescriptorKind;

namespace {

DescriptorKind kind_of_mode(unsigned mode) {
  switch (mode & S_IFMT) {
    case S_IFREG:
    case S_IFDIR:
    case S_IFBLK:
      return DescriptorKind::kFile;
    case S_IFSOCK:
      return DescriptorKind::kSocket;
    case S_IFIFO:
      return DescriptorKind::kPipe;
    case S_IFCHR:
      return DescriptorKind::kTerminal;
    case 0:  // eventfd, timerfd, signalfd, epoll share one inode without a type
      return DescriptorKind::kAnonymous;
    default:
      return DescriptorKind::kUnknown;
  }
}

}  // namespace

DescriptorKind descriptor_kind(int fd) {
  struct statx status {};
  if (fd < 0 || base::sys::file_type(fd, "", &status) != 0) return DescriptorKind::kUnknown;
  return kind_of_mode(status.stx_mode);
}

DescriptorKind descriptor_kind_at(const char* path) {
  struct statx status {};
  if (base::sys::file_type(AT_FDCWD, path, &status) != 0) return DescriptorKind::kUnknown;
  return kind_of_mode(status.stx_mode);
}

Category category_of(DescriptorKind kind) {
  switch (kind) {
    case DescriptorKind::kFile:
    case DescriptorKind::kTerminal:
      return Category::kFile;
    case DescriptorKind::kSocket:
      return Category::kSocket;
    default:
      return Category::kSync;
  }
}

}  // namespace plumbline::capture

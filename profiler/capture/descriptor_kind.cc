// An entry of the table is one byte: the kind (3 bits, 0: not known), what an epoll descriptor
// watches (2 bits) and a generation (3 bits) that rises with each forgetting. Who asked the kernel
// stores the answer only if the entry is still the one it found before asking: a descriptor that
// was closed and reused meanwhile must not get the old one's kind.
#include "profiler/capture/descriptor_kind.h"

#include <algorithm>
#include <atomic>

#include "profiler/base/sys.h"

namespace plumbline::capture {

using format::Category;
using format::DescriptorKind;

namespace {

constexpr std::uint8_t kKindMask = 0x07;
constexpr std::uint8_t kWatchShift = 3;
constexpr std::uint8_t kWatchMask = 0x18;
constexpr std::uint8_t kGeneration = 0x20;
constexpr std::uint8_t kGenerationMask = 0xE0;
static_assert(format::kDescriptorKindCount <= kKindMask + 1);

// Relaxed throughout: an entry stands for itself alone.
std::atomic<std::uint8_t> table[kTableDescriptors];

bool in_table(int fd) { return fd >= 0 && fd < kTableDescriptors; }

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

DescriptorKind asked_kind(int fd, const char* path) {
  struct statx status {};
  if (base::sys::file_type(fd, path, &status) != 0) return DescriptorKind::kUnknown;
  return kind_of_mode(status.stx_mode);
}

// Replaces the bits of `mask` if the entry is still `seen`.
void replace(int fd, std::uint8_t seen, std::uint8_t mask, std::uint8_t bits) {
  const auto wanted = static_cast<std::uint8_t>((seen & ~mask) | bits);
  table[fd].compare_exchange_strong(seen, wanted, std::memory_order_relaxed);
}

}  // namespace

DescriptorKind descriptor_kind(int fd) {
  const std::uint8_t seen = in_table(fd) ? table[fd].load(std::memory_order_relaxed) : 0;
  const DescriptorKind kind = fd < 0 ? DescriptorKind::kUnknown : asked_kind(fd, "");
  if (in_table(fd) && static_cast<DescriptorKind>(seen & kKindMask) != kind) {
    const bool is_known = kind != DescriptorKind::kUnknown;
    replace(fd, seen, kKindMask | kWatchMask, is_known ? static_cast<std::uint8_t>(kind) : 0);
  }
  return kind;
}

DescriptorKind descriptor_kind_at(const char* path) { return asked_kind(AT_FDCWD, path); }

DescriptorKind descriptor_kind_if_remembered(int fd) {
  if (!in_table(fd)) return DescriptorKind::kUnknown;
  const std::uint8_t kind = table[fd].load(std::memory_order_relaxed) & kKindMask;
  return kind != 0 ? static_cast<DescriptorKind>(kind) : DescriptorKind::kUnknown;
}

DescriptorKind remembered_descriptor_kind(int fd) {
  const DescriptorKind kind = descriptor_kind_if_remembered(fd);
  return kind == DescriptorKind::kUnknown && in_table(fd) ? descriptor_kind(fd) : kind;
}

void forget_descriptor(int fd) {
  if (!in_table(fd)) return;
  const std::uint8_t seen = table[fd].load(std::memory_order_relaxed);
  // Two that forget together may leave one generation: it is a new one all the same.
  table[fd].store(static_cast<std::uint8_t>((seen + kGeneration) & kGenerationMask),
                  std::memory_order_relaxed);
}

void forget_descriptors(unsigned first, unsigned last) {
  last = std::min<unsigned>(last, kTableDescriptors - 1);
  for (unsigned fd = first; fd <= last; ++fd) forget_descriptor(static_cast<int>(fd));
}

EpollWatch epoll_watch(int epoll_fd) {
  if (!in_table(epoll_fd)) return EpollWatch::kUnknown;
  const std::uint8_t seen = table[epoll_fd].load(std::memory_order_relaxed);
  return static_cast<EpollWatch>((seen & kWatchMask) >> kWatchShift);
}

void set_epoll_watch(int epoll_fd, EpollWatch watch) {
  if (!in_table(epoll_fd)) return;
  const auto bits = static_cast<std::uint8_t>(static_cast<unsigned>(watch) << kWatchShift);
  replace(epoll_fd, table[epoll_fd].load(std::memory_order_relaxed), kWatchMask, bits);
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

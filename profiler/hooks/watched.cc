#include "profiler/hooks/watched.h"

#include <algorithm>
#include <cstring>

#include "profiler/base/decimal.h"
#include "profiler/base/sys.h"
#include "profiler/capture/descriptor_kind.h"

namespace plumbline::hooks {

using capture::Ask;
using capture::EpollWatch;
using capture::WaitKind;
using format::DescriptorKind;
using format::Operation;

namespace {

DescriptorKind kind_of(int fd, Ask ask) {
  return ask == Ask::kKernel ? capture::descriptor_kind(fd)
                             : capture::remembered_descriptor_kind(fd);
}

DescriptorKind kind_of_polled(const void* what, Ask ask) {
  const auto& watched = *static_cast<const WatchedPoll*>(what);
  DescriptorKind found = DescriptorKind::kNone;
  if (watched.descriptors == nullptr) return found;
  const nfds_t count = std::min<nfds_t>(watched.count, kMostLookedAt);
  for (nfds_t i = 0; i < count && found != DescriptorKind::kSocket; ++i) {
    const int fd = watched.descriptors[i].fd;
    if (fd >= 0) found = kind_of(fd, ask);  // poll ignores the others
  }
  return found;
}

DescriptorKind kind_of_selected(const void* what, Ask ask) {
  const auto& watched = *static_cast<const WatchedSets*>(what);
  DescriptorKind found = DescriptorKind::kNone;
  for (std::size_t word = 0; word < WatchedSets::kWords; ++word) {
    for (std::uint64_t rest = watched.words[word]; rest != 0; rest &= rest - 1) {
      found = kind_of(static_cast<int>(word * 64) + __builtin_ctzll(rest), ask);
      if (found == DescriptorKind::kSocket) return found;
    }
  }
  return found;
}

// The descriptors of an epoll set as the kernel lists them ("tfd:        5 events: ..."), as far as
// they fit into one buffer. Without a socket among them: none.
bool lists_a_socket(const char* text, const char* end) {
  constexpr std::string_view kMark = "tfd:";
  while (text < end) {
    const auto* line_end =
        static_cast<const char*>(std::memchr(text, '\n', static_cast<std::size_t>(end - text)));
    if (line_end == nullptr) return false;
    if (std::string_view(text, static_cast<std::size_t>(line_end - text)).starts_with(kMark)) {
      const char* digit = text + kMark.size();
      while (digit < line_end && *digit == ' ') ++digit;
      int fd = 0;
      for (; digit < line_end && *digit >= '0' && *digit <= '9'; ++digit)
        fd = fd * 10 + *digit - '0';
      if (capture::descriptor_kind(fd) == DescriptorKind::kSocket) return true;
    }
    text = line_end + 1;
  }
  return false;
}

EpollWatch ask_kernel(int epoll_fd) {
  base::FixedText<64> path;
  path.append("/proc/self/fdinfo/").append_decimal(static_cast<std::uint64_t>(epoll_fd));
  const int info = base::sys::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (info < 0) return EpollWatch::kUnknown;
  char text[2048];
  const long bytes = base::sys::pread(info, text, sizeof text, 0);
  base::sys::close(info);
  if (bytes <= 0) return EpollWatch::kUnknown;
  return lists_a_socket(text, text + bytes) ? EpollWatch::kSocket : EpollWatch::kNoSocket;
}

// Known from what was added; the kernel is asked once for a set that was filled before we looked.
DescriptorKind kind_of_epoll(const void* what, Ask) {
  const int epoll_fd = static_cast<int>(reinterpret_cast<std::intptr_t>(what));
  if (epoll_fd < 0) return DescriptorKind::kUnknown;
  EpollWatch watch = capture::epoll_watch(epoll_fd);
  if (watch == EpollWatch::kUnknown) {
    watch = ask_kernel(epoll_fd);
    if (watch != EpollWatch::kUnknown) capture::set_epoll_watch(epoll_fd, watch);
  }
  return watch == EpollWatch::kSocket ? DescriptorKind::kSocket : DescriptorKind::kAnonymous;
}

}  // namespace

WatchedSets::WatchedSets(int count, const fd_set* reads, const fd_set* writes,
                         const fd_set* errors) {
  std::memset(words, 0, sizeof words);
  if (count <= 0) return;
  const auto bits = std::min(static_cast<std::size_t>(count), kMostLookedAt);
  const std::size_t used = (bits + 63) / 64;
  for (const fd_set* set : {reads, writes, errors}) {
    if (set == nullptr) continue;
    const auto* from = reinterpret_cast<const std::uint64_t*>(set);
    for (std::size_t word = 0; word < used; ++word) words[word] |= from[word];
  }
  if (bits % 64 != 0) words[used - 1] &= (std::uint64_t{1} << bits % 64) - 1;
}

WaitKind polling(const WatchedPoll& watched) {
  return {.operation = Operation::kPoll, .watched = {.kind = kind_of_polled, .what = &watched}};
}

WaitKind selecting(const WatchedSets& watched) {
  return {.operation = Operation::kPoll, .watched = {.kind = kind_of_selected, .what = &watched}};
}

WaitKind epolling(int epoll_fd) {
  return {.operation = Operation::kPoll,
          .descriptor = epoll_fd,
          .watched = {.kind = kind_of_epoll,
                      .what = reinterpret_cast<const void*>(std::intptr_t{epoll_fd})}};
}

void note_epoll_addition(int epoll_fd, int fd) {
  if (base::read(capture::recording.generation) == 0) {
    capture::set_epoll_watch(epoll_fd, EpollWatch::kUnknown);
  } else if (capture::remembered_descriptor_kind(fd) == DescriptorKind::kSocket) {
    capture::set_epoll_watch(epoll_fd, EpollWatch::kSocket);
  }
}

}  // namespace plumbline::hooks

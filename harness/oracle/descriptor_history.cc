#include "harness/oracle/descriptor_history.h"

#include <sys/syscall.h>

#include <optional>

namespace plumbline::harness::oracle {
namespace {

// Of the descriptor that a call returns; none: it makes no descriptor.
std::optional<DescriptorKind> made_by(std::int32_t call) {
  switch (call) {
    case SYS_open:
    case SYS_openat:
    case SYS_openat2:
    case SYS_creat:
      return DescriptorKind::kFile;
    case SYS_socket:
    case SYS_accept:
    case SYS_accept4:
      return DescriptorKind::kSocket;
    case SYS_epoll_create:
    case SYS_epoll_create1:
    case SYS_eventfd:
    case SYS_eventfd2:
    case SYS_timerfd_create:
    case SYS_signalfd:
    case SYS_signalfd4:
    case SYS_memfd_create:
      return DescriptorKind::kOther;
    default:
      return std::nullopt;
  }
}

bool copies(std::int32_t call) { return call == SYS_dup || call == SYS_dup2 || call == SYS_dup3; }

}  // namespace

DescriptorHistory::DescriptorHistory(const KernelTrace& trace, std::int32_t process) {
  std::map<std::int32_t, KernelEvent> open_calls;  // by tid
  for (const KernelEvent& event : trace.events) {
    if (event.process != process) continue;
    if (event.kind == KernelEventKind::kCallBegins) open_calls[event.tid] = event;
    if (event.kind != KernelEventKind::kCallEnds) continue;
    const auto begin = open_calls.find(event.tid);
    if (begin != open_calls.end() && begin->second.call == event.call) {
      end_call(begin->second, event);
    }
  }
}

void DescriptorHistory::end_call(const KernelEvent& begin, const KernelEvent& end) {
  if (end.value < 0) return;
  if (const std::optional<DescriptorKind> made = made_by(begin.call)) {
    changes_[end.value].push_back({end.when_ns, *made});
  } else if (copies(begin.call)) {
    const DescriptorKind copied = kind(begin.value, begin.when_ns);
    changes_[end.value].push_back({end.when_ns, copied});
  } else if (begin.call == SYS_close) {
    changes_[begin.value].push_back({end.when_ns, DescriptorKind::kUnknown});
  }
}

DescriptorKind DescriptorHistory::kind(std::int64_t descriptor, std::int64_t when_ns) const {
  DescriptorKind kind = DescriptorKind::kUnknown;
  const auto found = changes_.find(descriptor);
  if (found == changes_.end()) return kind;
  for (const Change& change : found->second) {
    if (change.when_ns > when_ns) break;
    kind = change.kind;
  }
  return kind;
}

}  // namespace plumbline::harness::oracle

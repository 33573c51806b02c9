#include "harness/oracle/blocking_calls.h"

#include <fmt/format.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace plumbline::harness::oracle {
namespace {

using format::Category;

constexpr std::array kLockCalls{SYS_futex, SYS_flock, SYS_fcntl};
constexpr std::array kSyncCalls{
    SYS_futex,    SYS_clock_nanosleep, SYS_nanosleep,  SYS_pause, SYS_wait4,
    SYS_waitid,   SYS_rt_sigsuspend,   SYS_poll,       SYS_ppoll, SYS_select,
    SYS_pselect6, SYS_epoll_wait,      SYS_epoll_pwait};
// Of whatever their descriptor is.
constexpr std::array kTransferCalls{SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_sendfile};
constexpr std::array kFileCalls{SYS_pread64,    SYS_pwrite64,  SYS_preadv,   SYS_pwritev,
                                SYS_preadv2,    SYS_pwritev2,  SYS_fsync,    SYS_fdatasync,
                                SYS_getdents64, SYS_ftruncate, SYS_fallocate};
constexpr std::array kPathCalls{SYS_open,       SYS_openat, SYS_stat,  SYS_lstat,
                                SYS_newfstatat, SYS_statx,  SYS_msync, SYS_access};
constexpr std::array kSocketCalls{SYS_recvfrom, SYS_recvmsg, SYS_sendto,   SYS_sendmsg, SYS_accept,
                                  SYS_accept4,  SYS_connect, SYS_recvmmsg, SYS_sendmmsg};
constexpr std::array kPollCalls{SYS_poll,       SYS_ppoll,       SYS_select,      SYS_pselect6,
                                SYS_epoll_wait, SYS_epoll_pwait, SYS_epoll_pwait2};

template <typename Calls>
bool is_in(const Calls& calls, std::int32_t call) {
  return std::find(calls.begin(), calls.end(), long{call}) != calls.end();
}

std::string_view name_of(DescriptorKind kind) {
  switch (kind) {
    case DescriptorKind::kFile:
      return "a file";
    case DescriptorKind::kSocket:
      return "a socket";
    case DescriptorKind::kOther:
      return "neither file nor socket";
    case DescriptorKind::kUnknown:
      break;
  }
  return "a descriptor of unknown kind";
}

}  // namespace

bool takes_descriptor(std::int32_t call) {
  return is_in(kTransferCalls, call) || is_in(kFileCalls, call) || is_in(kSocketCalls, call) ||
         call == SYS_flock || call == SYS_fcntl;
}

bool may_block(Category category, std::int32_t call, DescriptorKind kind) {
  switch (category) {
    case Category::kLock:
      return is_in(kLockCalls, call);
    case Category::kSync:
      return is_in(kSyncCalls, call) ||
             (is_in(kTransferCalls, call) && kind == DescriptorKind::kOther);
    case Category::kFile:
      return call < 0 || is_in(kPathCalls, call) ||
             ((is_in(kFileCalls, call) || is_in(kTransferCalls, call)) &&
              kind == DescriptorKind::kFile);
    case Category::kSocket:
      return is_in(kPollCalls, call) ||
             ((is_in(kSocketCalls, call) || is_in(kTransferCalls, call)) &&
              kind == DescriptorKind::kSocket);
    default:
      return false;
  }
}

std::string place_text(std::int32_t call, DescriptorKind kind) {
  if (call < 0) return "no system call";
  if (!takes_descriptor(call)) return fmt::format("system call {}", call);
  return fmt::format("system call {} on {}", call, name_of(kind));
}

}  // namespace plumbline::harness::oracle

// libc's syscall(): what std::atomic::wait, std::latch, std::counting_semaphore, std::future and
// the guards of static variables wait with (futex), and what io_uring waits with.
//
// All else goes straight on: calls that give descriptors up are noted first. Written with seven
// fixed parameters under libc's symbol, since then the compiler jumps to the original with every
// register and the stack as the caller left them; a variadic function could not.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "profiler/capture/descriptor_kind.h"
#include "profiler/hooks/interrupted.h"
#include "profiler/hooks/recorded_hook.h"

PLUMBLINE_HOOK long plumbline_syscall(long number, long a, long b, long c, long d, long e,
                                      long f) asm("syscall");

namespace plumbline::hooks {
namespace {

using FixedSyscall = long (*)(long, long, long, long, long, long, long);

FixedSyscall original_syscall() { return reinterpret_cast<FixedSyscall>(original().syscall); }

constexpr long kFutexWaitv = 449;
constexpr int kFutexLockPi2 = 13;

enum class FutexUse { kWait, kLock, kOther };

FutexUse use_of(long operation) {
  switch (static_cast<int>(operation) & FUTEX_CMD_MASK) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET:
    case FUTEX_WAIT_REQUEUE_PI:
      return FutexUse::kWait;
    case FUTEX_LOCK_PI:
    case kFutexLockPi2:
      return FutexUse::kLock;
    default:
      return FutexUse::kOther;
  }
}

// A lock's word holds its owner's tid.
WaitKind futex_wait(FutexUse use, long word) {
  const auto* address = reinterpret_cast<const std::uint32_t*>(word);
  if (use != FutexUse::kLock) return on_object(Operation::kFutexWait, Category::kSync, address);
  WaitKind kind = on_object(Operation::kFutexWait, Category::kLock, address);
  const std::uint32_t value = __atomic_load_n(address, __ATOMIC_RELAXED);
  kind.owner = capture::owner_of(static_cast<std::int32_t>(value & FUTEX_TID_MASK));
  return kind;
}

// FUTEX_WAIT's time is a duration, all others' a moment.
long futex(long word, long operation, long value, long time, long word2, long value3) {
  const auto call = [&](long when) {
    return original_syscall()(SYS_futex, word, operation, value, when, word2, value3);
  };
  const FutexUse use = use_of(operation);
  if (use == FutexUse::kOther) return call(time);
  return recorded(futex_wait(use, word), [&] {
    if ((operation & FUTEX_CMD_MASK) != FUTEX_WAIT)
      return uninterrupted([&] { return call(time); });
    return uninterrupted_for(reinterpret_cast<const timespec*>(time),
                             [&](const timespec* left) { return call(base::sys::address(left)); });
  });
}

// Waits for requests of any kind: what they are is in the program's ring, not in the call.
long io_uring(long number, long a, long b, long c, long d, long e, long f) {
  const WaitKind kind = on_descriptor(Operation::kIoUring, static_cast<int>(a));
  return recorded(kind, [&] {
    return uninterrupted([&] { return original_syscall()(number, a, b, c, d, e, f); });
  });
}

void note_closed(long number, long a, long b) {
  switch (number) {
    case SYS_close:
      return capture::forget_descriptor(static_cast<int>(a));
    case SYS_dup2:
    case SYS_dup3:
      return capture::forget_descriptor(static_cast<int>(b));
    case SYS_close_range:
      return capture::forget_descriptors(static_cast<unsigned>(a), static_cast<unsigned>(b));
    default:
      return;
  }
}

}  // namespace
}  // namespace plumbline::hooks

long plumbline_syscall(long number, long a, long b, long c, long d, long e, long f) {
  using namespace plumbline::hooks;
  switch (number) {
    case SYS_futex:
      return futex(a, b, c, d, e, f);
    case kFutexWaitv:
      return recorded(in_category(Operation::kFutexWait, Category::kSync), [&] {
        return uninterrupted([&] { return original_syscall()(number, a, b, c, d, e, f); });
      });
    case SYS_io_uring_enter:
      return io_uring(number, a, b, c, d, e, f);
    case SYS_close:
    case SYS_dup2:
    case SYS_dup3:
    case SYS_close_range:
      note_closed(number, a, b);
      break;
    default:
      break;
  }
  return original_syscall()(number, a, b, c, d, e, f);
}

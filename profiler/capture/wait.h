// Recording a call that may block: the two edges around it, and an event if it really blocked.
//
// "Blocked" is what the kernel says: the thread's voluntary switches rose between the edges. The
// others are summed (unblocked.h): most locks are free and most reads are cached.
//
// A hook inside a hook (a program's signal handler that reads while its thread waits) is passed
// through: its time is part of the outer wait. A hook that is left by cancellation or an exception
// is told by the unwinder (abandon_wait). One that is left by longjmp is not: the next hook sees
// that its frame is gone, or was written over, and takes over.
// Thread rule: owner thread. Signal rule: async-signal-safe; errno untouched.
// Failure: a full ring loses the event, counted.
#pragma once

#include <type_traits>

#include "profiler/capture/thread.h"
#include "profiler/capture/wait_owner.h"

namespace plumbline::capture {

enum class Ask : std::uint8_t {
  kTable,   // before the call, cheaply: descriptor_kind.h's table
  kKernel,  // after it blocked: the truth
};

// What a call waits on when that is not one descriptor: poll's, an epoll set, both ends of a copy.
struct Watched {
  format::DescriptorKind (*kind)(const void* what, Ask ask) = nullptr;
  const void* what = nullptr;
};

struct WaitKind {
  format::Operation operation;
  // kOther: by the kind of what was waited on.
  format::Category category = format::Category::kOther;
  // kNone: to be asked for. Set for a call after which nobody could tell any more, such as close.
  format::DescriptorKind descriptor_kind = format::DescriptorKind::kNone;
  int descriptor = -1;
  std::uint64_t object = 0;  // the lock; ignored when there is a descriptor
  WaitOwner owner{};
  Watched watched{};
};

// What an open call needs until it returns. It lives in the hook's frame, and there tells whether
// that frame is still the hook's.
struct WaitInProgress {
  Thread* thread = nullptr;  // null: this call is not recorded
  std::uint32_t number = 0;  // of Thread::open_wait
  format::Category category{};
  std::uint64_t span_id = 0;  // innermost when the call began
  const WaitKind* kind = nullptr;
  const void* frame = nullptr;
  Edge begin;
};

// `frame`: the hook's own, __builtin_frame_address(0). `kind` is looked at again when it ends.
void begin_wait(const WaitKind& kind, const void* frame, WaitInProgress& wait);
void end_wait(const WaitInProgress& wait);

// The calling thread's open hook will not return: cancellation or an exception passes its frame,
// which is still there. The wait ends here.
void abandon_wait();

// Makes abandon_wait run when the unwinder passes the function around: as a C++ destructor would,
// but without the C++ run-time library. The directive holds for the whole function that it is in.
#define PLUMBLINE_TELL_WHEN_UNWOUND \
  asm volatile(".cfi_personality 0x1b, plumbline_on_unwind")  // pc-relative, 4 bytes

// Books `call` under `kind`, which the call may still change. To be inlined into the hook, whose
// caller is then the first frame.
template <class Call>
[[gnu::always_inline]] inline auto recorded(const WaitKind& kind, const Call& call) {
  PLUMBLINE_TELL_WHEN_UNWOUND;
  WaitInProgress wait;
  begin_wait(kind, __builtin_frame_address(0), wait);
  if constexpr (std::is_void_v<decltype(call())>) {
    call();
    if (wait.thread != nullptr) end_wait(wait);
  } else {
    auto result = call();
    if (wait.thread != nullptr) end_wait(wait);
    return result;
  }
}

}  // namespace plumbline::capture

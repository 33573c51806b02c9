// pthread_sigmask, sigprocmask: a program that blocks all signals in its threads is sampled all the
// same, and sees the mask that it set.
//
// liblzma, like many, blocks everything in its worker threads: of 34 s of CPU at 1 kHz 26 samples
// were left. So our signal stays open in the kernel's mask, and whether the program blocks it is
// kept beside; one that is not ours and comes meanwhile is put off (capture/sample_handler.cc).
#include <errno.h>
#include <signal.h>

#include "profiler/capture/sample_handler.h"
#include "profiler/hooks/export.h"
#include "profiler/hooks/original.h"

namespace plumbline::hooks {
namespace {

// Whether the program blocks our signal after the call, given that it did or did not before.
bool blocks_after(int how, const sigset_t& set, bool blocked_before) {
  const bool is_named = sigismember(&set, capture::kSampleSignal) == 1;
  if (how == SIG_SETMASK) return is_named;
  return is_named ? how == SIG_BLOCK : blocked_before;
}

int change_mask(int how, const sigset_t* set, sigset_t* before) {
  capture::Thread* thread = capture::recording_thread();
  if (thread == nullptr) return original().pthread_sigmask(how, set, before);
  const bool blocked_before = thread->blocks_sample_signal;
  sigset_t passed;
  if (set != nullptr) {
    passed = *set;
    if (how != SIG_UNBLOCK) sigdelset(&passed, capture::kSampleSignal);
    // Before the call: one that waits is delivered in it.
    thread->blocks_sample_signal = blocks_after(how, *set, blocked_before);
  }
  const int result = original().pthread_sigmask(how, set != nullptr ? &passed : nullptr, before);
  if (result != 0) thread->blocks_sample_signal = blocked_before;
  if (result == 0 && before != nullptr && blocked_before) {
    sigaddset(before, capture::kSampleSignal);
  }
  return result;
}

}  // namespace
}  // namespace plumbline::hooks

PLUMBLINE_HOOK int pthread_sigmask(int how, const sigset_t* set, sigset_t* before) noexcept {
  return plumbline::hooks::change_mask(how, set, before);
}

PLUMBLINE_HOOK int sigprocmask(int how, const sigset_t* set, sigset_t* before) noexcept {
  const int failed = plumbline::hooks::change_mask(how, set, before);
  if (failed == 0) return 0;
  errno = failed;
  return -1;
}

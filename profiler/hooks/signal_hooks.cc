// Waiting for signals (category `sync`), and the program's handler for the signal that we use.
//
// sigwait and its kin take signals that are blocked, ours among them when the set is full: ours is
// swallowed and the wait goes on. pause and sigsuspend return for no other reason than a signal, so
// they go on after ours.
// The program's handlers for other signals are counted (capture/program_handlers.h).
// The program sees its own handler for our signal as installed, and it is called for signals that
// are not ours (capture/sample_handler.h). Known limits: that handler's SA_RESTART and SA_ONSTACK
// are ours; a signalfd for our signal reads ours too.
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "profiler/capture/program_handlers.h"
#include "profiler/capture/sample_handler.h"
#include "profiler/hooks/interrupted.h"
#include "profiler/hooks/recorded_hook.h"

namespace plumbline::hooks {
namespace {

using capture::HandlerChange;
using capture::kSampleSignal;

constexpr WaitKind kSignalWait{.operation = Operation::kSignalWait, .category = Category::kSync};

// The next signal of `set` that the program is to see.
int next_signal(const sigset_t* set, siginfo_t* info, const timespec* timeout) {
  siginfo_t found{};
  const int result = uninterrupted_for(timeout, [&](const timespec* left) {
    const int number = original().sigtimedwait(set, &found, left);
    if (number != kSampleSignal || !capture::is_own_signal(found)) return number;
    if (capture::Thread* thread = capture::current_thread) thread->interrupted_call = true;
    errno = EINTR;  // ours: as if it had interrupted the call
    return -1;
  });
  if (result > 0 && info != nullptr) *info = found;
  return result;
}

// signal() in its three meanings, by flags, for our signal. SIG_ERR is for the kernel to say.
sighandler_t exchange_handler(sighandler_t handler, int flags, bool masks_itself) {
  struct sigaction action {
  }, before{};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  if (masks_itself) sigaddset(&action.sa_mask, kSampleSignal);
  return capture::exchange_program_action(&action, &before) ? before.sa_handler : SIG_ERR;
}

// For another signal.
template <class Call>
sighandler_t install(const Call& call, int number, sighandler_t handler) {
  const HandlerChange change(number, handler);
  return change.for_program(call(number, change.for_kernel()));
}

bool is_ours_to_answer(int number, sighandler_t handler) {
  return number == kSampleSignal && handler != SIG_ERR &&
         capture::exchange_program_action(nullptr, nullptr);
}

}  // namespace
}  // namespace plumbline::hooks

using namespace plumbline::hooks;
using plumbline::capture::exchange_program_action;
using plumbline::capture::HandlerChange;

PLUMBLINE_HOOK int sigwait(const sigset_t* set, int* number) {
  return recorded(kSignalWait, [&] {
    const int saved_errno = errno;
    int result = next_signal(set, nullptr, nullptr);
    while (result < 0 && errno == EINTR) result = next_signal(set, nullptr, nullptr);
    const int failed = result < 0 ? errno : 0;
    errno = saved_errno;
    if (failed == 0) *number = result;
    return failed;
  });
}

PLUMBLINE_HOOK int sigwaitinfo(const sigset_t* set, siginfo_t* info) {
  return recorded(kSignalWait, [&] { return next_signal(set, info, nullptr); });
}

PLUMBLINE_HOOK int sigtimedwait(const sigset_t* set, siginfo_t* info, const timespec* timeout) {
  return recorded(kSignalWait, [&] { return next_signal(set, info, timeout); });
}

PLUMBLINE_HOOK int sigsuspend(const sigset_t* mask) {
  return recorded(kSignalWait,
                  [&] { return uninterrupted([&] { return original().sigsuspend(mask); }); });
}
PLUMBLINE_ALIAS(__sigsuspend, sigsuspend);

PLUMBLINE_HOOK int pause() {
  return recorded(kSignalWait, [] { return uninterrupted(original().pause); });
}

PLUMBLINE_HOOK int __sigpause(int signal_or_mask, int is_signal) {
  return recorded(kSignalWait, [&] {
    return uninterrupted([&] { return original().__sigpause(signal_or_mask, is_signal); });
  });
}
PLUMBLINE_HOOK int __xpg_sigpause(int number) {
  return recorded(kSignalWait,
                  [&] { return uninterrupted([&] { return original().__xpg_sigpause(number); }); });
}

PLUMBLINE_HOOK int sigaction(int number, const struct sigaction* action, struct sigaction* before) {
  if (number == plumbline::capture::kSampleSignal && exchange_program_action(action, before)) {
    return 0;
  }
  const HandlerChange change(number, action != nullptr ? action->sa_handler : SIG_ERR);
  struct sigaction counted {};
  if (action != nullptr) {
    counted = *action;
    counted.sa_handler = change.for_kernel();
  }
  const int result = original().sigaction(number, action != nullptr ? &counted : nullptr, before);
  if (result == 0 && before != nullptr) before->sa_handler = change.for_program(before->sa_handler);
  return result;
}

PLUMBLINE_HOOK sighandler_t signal(int number, sighandler_t handler) {
  if (!is_ours_to_answer(number, handler)) return install(original().signal, number, handler);
  return exchange_handler(handler, SA_RESTART, /*masks_itself=*/true);
}
PLUMBLINE_ALIAS(bsd_signal, signal);
PLUMBLINE_ALIAS(ssignal, signal);

PLUMBLINE_HOOK sighandler_t __sysv_signal(int number, sighandler_t handler) {
  if (!is_ours_to_answer(number, handler)) {
    return install(original().__sysv_signal, number, handler);
  }
  return exchange_handler(handler, static_cast<int>(SA_RESETHAND | SA_NODEFER),
                          /*masks_itself=*/false);
}
PLUMBLINE_ALIAS(sysv_signal, __sysv_signal);

PLUMBLINE_HOOK int sigignore(int number) {
  if (!is_ours_to_answer(number, SIG_IGN)) return original().sigignore(number);
  exchange_handler(SIG_IGN, 0, /*masks_itself=*/false);
  return 0;
}

// glibc's asks the kernel for the handler before, which would be ours.
PLUMBLINE_HOOK sighandler_t sigset(int number, sighandler_t handler) {
  if (!is_ours_to_answer(number, handler)) return install(original().sigset, number, handler);
  sigset_t ours, before;
  sigemptyset(&ours);
  sigaddset(&ours, number);
  const bool hold = handler == SIG_HOLD;
  if (pthread_sigmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &ours, &before) != 0) return SIG_ERR;
  struct sigaction present {};
  exchange_program_action(nullptr, &present);
  if (!hold) exchange_handler(handler, 0, /*masks_itself=*/false);
  return sigismember(&before, number) == 1 ? SIG_HOLD : present.sa_handler;
}

// Changes what the kernel does for our handler too, which must go on restarting calls.
PLUMBLINE_HOOK int siginterrupt(int number, int interrupts) {
  struct sigaction action {};
  if (number != plumbline::capture::kSampleSignal || !exchange_program_action(nullptr, &action)) {
    return original().siginterrupt(number, interrupts);
  }
  action.sa_flags = interrupts != 0 ? action.sa_flags & ~SA_RESTART : action.sa_flags | SA_RESTART;
  exchange_program_action(&action, nullptr);
  return 0;
}

#include "profiler/session/own_thread.h"

#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>

#include "profiler/base/sys.h"
#include "profiler/capture/registry.h"
#include "profiler/hooks/original.h"

namespace plumbline::session {

// The thread inherits the mask: it must not run for a moment without it.
bool start_own_thread(pthread_t& thread, void* (*body)(void*), void* argument) {
  sigset_t all, before;
  sigfillset(&all);
  // The originals: through the hook, one signal would stay open.
  hooks::original().pthread_sigmask(SIG_SETMASK, &all, &before);
  const bool started = hooks::original().pthread_create(&thread, nullptr, body, argument) == 0;
  hooks::original().pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return started;
}

void become_own_thread() {
  capture::exclude_current_thread();
  base::sys::call(SYS_prctl, PR_SET_NAME, base::sys::address("plumbline"));
}

bool take_descriptors_of_its_own(int kept) {
  constexpr long kLast = ~0U;
  if (base::sys::call(SYS_close_range, kept + 1L, kLast, CLOSE_RANGE_UNSHARE) != 0) return false;
  if (kept > 0) base::sys::call(SYS_close_range, 0, kept - 1L, 0);
  return true;
}

}  // namespace plumbline::session

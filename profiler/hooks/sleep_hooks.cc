// Sleeps. Category `sync`.
//
// A sleep that only our sampling signal cut short goes on for the time that remains: the program
// must not see an EINTR that it would not see without us.
#include <errno.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include "profiler/hooks/interrupted.h"
#include "profiler/hooks/recorded_hook.h"

namespace plumbline::hooks {
namespace {

constexpr WaitKind kSleep{.operation = Operation::kSleep, .category = Category::kSync};

// `call(duration, rest)`, which fails where `is_interrupted(result)`, until it was not we who ended
// it. What the caller gets to see of the rest is as of the last call.
template <class Call, class IsInterrupted>
int sleep_on(const timespec* duration, timespec* remaining, const Call& call,
             const IsInterrupted& is_interrupted) {
  const int saved_errno = errno;
  const OurSignal our_signal;
  timespec rest{};
  int result = call(duration, &rest);
  while (is_interrupted(result) && our_signal.alone_interrupted()) {
    const timespec again = rest;
    errno = saved_errno;
    result = call(&again, &rest);
  }
  if (is_interrupted(result) && remaining != nullptr) *remaining = rest;
  return result;
}

int sleep_on(const timespec* duration, timespec* remaining) {
  return sleep_on(duration, remaining, original().nanosleep,
                  [](int result) { return result != 0 && errno == EINTR; });
}

// To a moment: the same again.
int sleep_until(clockid_t clock, int flags, const timespec* moment, timespec* remaining) {
  const OurSignal our_signal;
  int result = original().clock_nanosleep(clock, flags, moment, remaining);
  while (result == EINTR && our_signal.alone_interrupted()) {
    result = original().clock_nanosleep(clock, flags, moment, remaining);
  }
  return result;
}

int sleep_on(clockid_t clock, int flags, const timespec* time, timespec* remaining) {
  if ((flags & TIMER_ABSTIME) != 0) return sleep_until(clock, flags, time, remaining);
  return sleep_on(
      time, remaining,
      [&](const timespec* duration, timespec* rest) {
        return original().clock_nanosleep(clock, flags, duration, rest);
      },
      [](int result) { return result == EINTR; });
}

}  // namespace
}  // namespace plumbline::hooks

using namespace plumbline::hooks;

PLUMBLINE_HOOK int nanosleep(const timespec* duration, timespec* remaining) {
  return recorded(kSleep, [&] { return sleep_on(duration, remaining); });
}
PLUMBLINE_ALIAS(__nanosleep, nanosleep);

PLUMBLINE_HOOK int clock_nanosleep(clockid_t clock, int flags, const timespec* time,
                                   timespec* remaining) {
  return recorded(kSleep, [&] { return sleep_on(clock, flags, time, remaining); });
}

PLUMBLINE_HOOK int thrd_sleep(const timespec* duration, timespec* remaining) {
  return recorded(kSleep, [&] {
    return sleep_on(duration, remaining, original().thrd_sleep,
                    [](int result) { return result == -1; });  // so C11 names a signal
  });
}

PLUMBLINE_HOOK int usleep(useconds_t microseconds) {
  const timespec duration{static_cast<time_t>(microseconds / 1'000'000),
                          static_cast<long>(microseconds % 1'000'000) * 1000};
  return recorded(kSleep, [&] { return sleep_on(&duration, nullptr); });
}

// As glibc's: the whole seconds that remain when a signal ended it, and errno kept when none did.
PLUMBLINE_HOOK unsigned sleep(unsigned seconds) {
  const timespec duration{static_cast<time_t>(seconds), 0};
  timespec remaining{};
  const int saved_errno = errno;
  const int result = recorded(kSleep, [&] { return sleep_on(&duration, &remaining); });
  if (result != 0) return static_cast<unsigned>(remaining.tv_sec);
  errno = saved_errno;
  return 0;
}

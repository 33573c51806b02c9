// Condition variables and sleeps. Category `sync`.
//
// A sleep that only our sampling signal cut short goes on for the time that remains: the program
// must not see an EINTR that it would not see without us.
#include "profiler/capture/wait.h"
#include "profiler/hooks/export.h"
#include "profiler/hooks/interrupted.h"
#include "profiler/hooks/original.h"

#include <errno.h>

namespace plumbline::hooks {
namespace {

capture::WaitKind condition_wait(const pthread_cond_t* condition) {
  return {.operation = format::Operation::kConditionWait,
          .category = format::Category::kSync,
          .object = reinterpret_cast<std::uintptr_t>(condition)};
}

constexpr capture::WaitKind kSleep{.operation = format::Operation::kSleep,
                                   .category = format::Category::kSync};

int sleep_on(const timespec* duration, timespec* remaining) {
  timespec rest{};
  int result = original().nanosleep(duration, &rest);
  while (result != 0 && errno == EINTR && only_we_interrupted()) {
    const timespec again = rest;
    result = original().nanosleep(&again, &rest);
  }
  if (result != 0 && errno == EINTR && remaining != nullptr) *remaining = rest;
  return result;
}

int sleep_on(clockid_t clock, int flags, const timespec* time, timespec* remaining) {
  timespec rest{};
  const bool absolute = (flags & TIMER_ABSTIME) != 0;
  int result = original().clock_nanosleep(clock, flags, time, &rest);
  while (result == EINTR && only_we_interrupted()) {
    const timespec again = absolute ? *time : rest;
    result = original().clock_nanosleep(clock, flags, &again, &rest);
  }
  if (result == EINTR && !absolute && remaining != nullptr) *remaining = rest;
  return result;
}

}  // namespace
}  // namespace plumbline::hooks

using plumbline::capture::recorded;
using plumbline::hooks::condition_wait;
using plumbline::hooks::kSleep;
using plumbline::hooks::original;
using plumbline::hooks::sleep_on;

PLUMBLINE_HOOK int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  return recorded(condition_wait(condition),
                  [&] { return original().pthread_cond_wait(condition, mutex); });
}

PLUMBLINE_HOOK int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                                          const timespec* deadline) {
  return recorded(condition_wait(condition),
                  [&] { return original().pthread_cond_timedwait(condition, mutex, deadline); });
}

PLUMBLINE_HOOK int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                                          clockid_t clock, const timespec* deadline) {
  return recorded(condition_wait(condition), [&] {
    return original().pthread_cond_clockwait(condition, mutex, clock, deadline);
  });
}

PLUMBLINE_HOOK int nanosleep(const timespec* duration, timespec* remaining) {
  return recorded(kSleep, [&] { return sleep_on(duration, remaining); });
}

PLUMBLINE_HOOK int clock_nanosleep(clockid_t clock, int flags, const timespec* time,
                                   timespec* remaining) {
  return recorded(kSleep, [&] { return sleep_on(clock, flags, time, remaining); });
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

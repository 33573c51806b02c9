// Mutexes. Category `lock`.
//
// trylock first: an uncontended lock, the usual case, costs one call more and no clock (+3 ns).
// Kinds keep their meaning: trylock on a mutex that the caller holds says EBUSY for the kinds that
// must then deadlock or fail, and the original decides which.
#include "profiler/capture/wait.h"
#include "profiler/hooks/export.h"
#include "profiler/hooks/original.h"

#include <errno.h>

namespace plumbline::hooks {
namespace {

capture::WaitKind lock_of(const pthread_mutex_t* mutex) {
  return {.operation = format::Operation::kMutexLock,
          .category = format::Category::kLock,
          .object = reinterpret_cast<std::uintptr_t>(mutex)};
}

}  // namespace
}  // namespace plumbline::hooks

using plumbline::capture::recorded;
using plumbline::hooks::lock_of;
using plumbline::hooks::original;

PLUMBLINE_HOOK int pthread_mutex_lock(pthread_mutex_t* mutex) {
  const int result = original().pthread_mutex_trylock(mutex);
  if (result != EBUSY) return result;
  return recorded(lock_of(mutex), [&] { return original().pthread_mutex_lock(mutex); });
}

PLUMBLINE_HOOK int pthread_mutex_timedlock(pthread_mutex_t* mutex, const timespec* deadline) {
  const int result = original().pthread_mutex_trylock(mutex);
  if (result != EBUSY) return result;
  return recorded(lock_of(mutex),
                  [&] { return original().pthread_mutex_timedlock(mutex, deadline); });
}

PLUMBLINE_HOOK int pthread_mutex_clocklock(pthread_mutex_t* mutex, clockid_t clock,
                                           const timespec* deadline) {
  const int result = original().pthread_mutex_trylock(mutex);
  if (result != EBUSY) return result;
  return recorded(lock_of(mutex),
                  [&] { return original().pthread_mutex_clocklock(mutex, clock, deadline); });
}

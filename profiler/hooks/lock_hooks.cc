// Mutexes, reader-writer locks, spin locks. Category `lock`.
//
// trylock first: an uncontended lock, the usual case, costs one call more and no clock (+3 ns).
// Kinds keep their meaning: trylock on a lock that the caller holds says EBUSY for the kinds that
// must then deadlock or fail, and the original decides which. What glibc refuses before it looks at
// the lock is the original's to refuse too. Only a lock that is taken is asked for its owner.
#include <errno.h>
#include <threads.h>

#include "profiler/hooks/recorded_hook.h"

namespace plumbline::hooks {
namespace {

WaitKind lock_of(Operation operation, const void* lock, int owner) {
  return {.operation = operation,
          .category = Category::kLock,
          .object = reinterpret_cast<std::uintptr_t>(lock),
          .owner = capture::owner_of(owner)};
}

WaitKind taken(const pthread_mutex_t* mutex) {
  return lock_of(Operation::kMutexLock, mutex, mutex->__data.__owner);
}
// glibc's mtx_t is a mutex of its own under another name.
WaitKind taken(const mtx_t* mutex) {
  return taken(reinterpret_cast<const pthread_mutex_t*>(mutex));
}

WaitKind taken_for_reading(const pthread_rwlock_t* lock) {
  return lock_of(Operation::kReadLock, lock, lock->__data.__cur_writer);
}
WaitKind taken_for_writing(const pthread_rwlock_t* lock) {
  return lock_of(Operation::kWriteLock, lock, lock->__data.__cur_writer);
}
bool is_clock(clockid_t clock) { return clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC; }
bool is_time(const timespec* time) { return time->tv_nsec >= 0 && time->tv_nsec < 1'000'000'000; }

WaitKind taken(const pthread_spinlock_t* lock) {
  return on_object(Operation::kSpinLock, Category::kLock, const_cast<const int*>(lock));
}

}  // namespace
}  // namespace plumbline::hooks

// The hook `name`, which is a wait only after `attempt` found the lock taken; no attempt is made
// with arguments that are not `valid`.
#define PLUMBLINE_LOCK(name, parameters, arguments, valid, attempt, busy, kind) \
  PLUMBLINE_HOOK int name parameters {                                          \
    using namespace plumbline::hooks;                                           \
    if (!(valid)) return original().name arguments;                             \
    const int result = original().attempt;                                      \
    if (result != (busy)) return result;                                        \
    return recorded(kind, [&] { return original().name arguments; });           \
  }
#define PLUMBLINE_MUTEX(name, parameters, arguments, valid)                               \
  PLUMBLINE_LOCK(name, parameters, arguments, valid, pthread_mutex_trylock(mutex), EBUSY, \
                 taken(mutex))
#define PLUMBLINE_READ_LOCK(name, parameters, arguments, valid)                             \
  PLUMBLINE_LOCK(name, parameters, arguments, valid, pthread_rwlock_tryrdlock(lock), EBUSY, \
                 taken_for_reading(lock))
#define PLUMBLINE_WRITE_LOCK(name, parameters, arguments, valid)                            \
  PLUMBLINE_LOCK(name, parameters, arguments, valid, pthread_rwlock_trywrlock(lock), EBUSY, \
                 taken_for_writing(lock))

PLUMBLINE_MUTEX(pthread_mutex_lock, (pthread_mutex_t * mutex), (mutex), true)
PLUMBLINE_MUTEX(pthread_mutex_timedlock, (pthread_mutex_t * mutex, const timespec* deadline),
                (mutex, deadline), true)
PLUMBLINE_MUTEX(pthread_mutex_clocklock,
                (pthread_mutex_t * mutex, clockid_t clock, const timespec* deadline),
                (mutex, clock, deadline), is_clock(clock))

PLUMBLINE_READ_LOCK(pthread_rwlock_rdlock, (pthread_rwlock_t * lock), (lock), true)
PLUMBLINE_READ_LOCK(pthread_rwlock_timedrdlock, (pthread_rwlock_t * lock, const timespec* deadline),
                    (lock, deadline), is_time(deadline))
PLUMBLINE_READ_LOCK(pthread_rwlock_clockrdlock,
                    (pthread_rwlock_t * lock, clockid_t clock, const timespec* deadline),
                    (lock, clock, deadline), is_clock(clock) && is_time(deadline))
PLUMBLINE_WRITE_LOCK(pthread_rwlock_wrlock, (pthread_rwlock_t * lock), (lock), true)
PLUMBLINE_WRITE_LOCK(pthread_rwlock_timedwrlock,
                     (pthread_rwlock_t * lock, const timespec* deadline), (lock, deadline),
                     is_time(deadline))
PLUMBLINE_WRITE_LOCK(pthread_rwlock_clockwrlock,
                     (pthread_rwlock_t * lock, clockid_t clock, const timespec* deadline),
                     (lock, clock, deadline), is_clock(clock) && is_time(deadline))

PLUMBLINE_LOCK(pthread_spin_lock, (pthread_spinlock_t * lock), (lock), true,
               pthread_spin_trylock(lock), EBUSY, taken(lock))

PLUMBLINE_LOCK(mtx_lock, (mtx_t * mutex), (mutex), true, mtx_trylock(mutex), thrd_busy,
               taken(mutex))
PLUMBLINE_LOCK(mtx_timedlock, (mtx_t * mutex, const timespec* deadline), (mutex, deadline), true,
               mtx_trylock(mutex), thrd_busy, taken(mutex))

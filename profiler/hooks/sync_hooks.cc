// Condition variables, semaphores, barriers, joins, one-time initialisation. Category `sync`.
//
// glibc starts most of these waits anew itself after a signal; sem_timedwait and sem_clockwait are
// the exceptions. They wait until a moment, so calling them again needs no sum.
#include <errno.h>
#include <semaphore.h>
#include <threads.h>

#include "profiler/hooks/interrupted.h"
#include "profiler/hooks/recorded_hook.h"

namespace plumbline::hooks {
namespace {

template <class Condition>
WaitKind condition_wait(const Condition* condition) {
  return on_object(Operation::kConditionWait, Category::kSync, condition);
}
WaitKind semaphore_wait(const sem_t* semaphore) {
  return on_object(Operation::kSemaphoreWait, Category::kSync, semaphore);
}
WaitKind barrier_wait(const pthread_barrier_t* barrier) {
  return on_object(Operation::kBarrierWait, Category::kSync, barrier);
}
WaitKind join(std::uintptr_t thread) {
  return {.operation = Operation::kThreadJoin, .category = Category::kSync, .object = thread};
}

// Another thread runs the initialisation, by glibc's control word. The one that runs it itself is
// not inside a wait: what it runs is the program's.
bool someone_runs_it(const int* control) {
  constexpr int kInProgress = 1;
  return (__atomic_load_n(control, __ATOMIC_RELAXED) & kInProgress) != 0;
}

}  // namespace
}  // namespace plumbline::hooks

using namespace plumbline::hooks;

PLUMBLINE_RECORDED(int, pthread_cond_wait, (pthread_cond_t * condition, pthread_mutex_t* mutex),
                   (condition, mutex), condition_wait(condition))
PLUMBLINE_RECORDED(int, pthread_cond_timedwait,
                   (pthread_cond_t * condition, pthread_mutex_t* mutex, const timespec* deadline),
                   (condition, mutex, deadline), condition_wait(condition))
PLUMBLINE_RECORDED(int, pthread_cond_clockwait,
                   (pthread_cond_t * condition, pthread_mutex_t* mutex, clockid_t clock,
                    const timespec* deadline),
                   (condition, mutex, clock, deadline), condition_wait(condition))
PLUMBLINE_RECORDED(int, cnd_wait, (cnd_t * condition, mtx_t* mutex), (condition, mutex),
                   condition_wait(condition))
PLUMBLINE_RECORDED(int, cnd_timedwait, (cnd_t * condition, mtx_t* mutex, const timespec* deadline),
                   (condition, mutex, deadline), condition_wait(condition))

PLUMBLINE_RECORDED(int, sem_wait, (sem_t * semaphore), (semaphore), semaphore_wait(semaphore))

PLUMBLINE_HOOK int sem_timedwait(sem_t* semaphore, const timespec* deadline) {
  return recorded(semaphore_wait(semaphore), [&] {
    return uninterrupted([&] { return original().sem_timedwait(semaphore, deadline); });
  });
}

PLUMBLINE_HOOK int sem_clockwait(sem_t* semaphore, clockid_t clock, const timespec* deadline) {
  return recorded(semaphore_wait(semaphore), [&] {
    return uninterrupted([&] { return original().sem_clockwait(semaphore, clock, deadline); });
  });
}

PLUMBLINE_RECORDED(int, pthread_barrier_wait, (pthread_barrier_t * barrier), (barrier),
                   barrier_wait(barrier))
// Waits until the last thread has left it.
PLUMBLINE_RECORDED(int, pthread_barrier_destroy, (pthread_barrier_t * barrier), (barrier),
                   barrier_wait(barrier))

PLUMBLINE_RECORDED(int, pthread_join, (pthread_t thread, void** value), (thread, value),
                   join(thread))
PLUMBLINE_RECORDED(int, pthread_timedjoin_np,
                   (pthread_t thread, void** value, const timespec* deadline),
                   (thread, value, deadline), join(thread))
PLUMBLINE_RECORDED(int, pthread_clockjoin_np,
                   (pthread_t thread, void** value, clockid_t clock, const timespec* deadline),
                   (thread, value, clock, deadline), join(thread))
PLUMBLINE_RECORDED(int, pthread_tryjoin_np, (pthread_t thread, void** value), (thread, value),
                   join(thread))
PLUMBLINE_RECORDED(int, thrd_join, (thrd_t thread, int* value), (thread, value), join(thread))

PLUMBLINE_HOOK int pthread_once(pthread_once_t* control, void (*routine)()) {
  if (!someone_runs_it(control)) return original().pthread_once(control, routine);
  return recorded(on_object(Operation::kOnce, Category::kSync, control),
                  [&] { return original().pthread_once(control, routine); });
}

PLUMBLINE_HOOK void call_once(once_flag* flag, void (*routine)()) {
  if (!someone_runs_it(&flag->__data)) return original().call_once(flag, routine);
  recorded(on_object(Operation::kOnce, Category::kSync, flag),
           [&] { original().call_once(flag, routine); });
}

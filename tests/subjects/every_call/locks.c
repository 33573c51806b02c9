/* Locks: free, taken until later, taken too long, taken by the caller itself. */
#include <pthread.h>
#include <threads.h>
#include <time.h>

#include "every_call.h"

static pthread_mutex_t mutex;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;
static mtx_t c11;

static struct timespec past = {1, 0}, bad = {1, -1};

static struct timespec future(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  time.tv_sec += 5;
  return time;
}

static void* hold(void* held) {
  pthread_mutex_lock(&mutex);
  pthread_rwlock_wrlock(&rwlock);
  mtx_lock(&c11);
  pthread_spin_lock(&spin);
  pthread_barrier_wait(held);
  usleep(20000);
  pthread_spin_unlock(&spin);
  mtx_unlock(&c11);
  pthread_rwlock_unlock(&rwlock);
  pthread_mutex_unlock(&mutex);
  return NULL;
}

/* `lock` gives `expected` although another thread holds the lock for 20 ms. */
#define WHILE_HELD(lock)                            \
  do {                                              \
    pthread_t holder;                               \
    pthread_barrier_t held;                         \
    pthread_barrier_init(&held, NULL, 2);           \
    pthread_create(&holder, NULL, hold, &held);     \
    pthread_barrier_wait(&held);                    \
    SAY(lock);                                      \
    pthread_join(holder, NULL);                     \
    pthread_barrier_destroy(&held);                 \
  } while (0)

static void mutexes(int kind) {
  struct timespec end = future(CLOCK_REALTIME), clock_end = future(CLOCK_MONOTONIC);
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, kind);
  pthread_mutex_init(&mutex, &attributes);
  SAY(pthread_mutex_lock(&mutex));
  if (kind != PTHREAD_MUTEX_NORMAL) SAY(pthread_mutex_lock(&mutex));
  SAY(pthread_mutex_timedlock(&mutex, &past));
  SAY(pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &past));
  while (pthread_mutex_unlock(&mutex) == 0 && kind != PTHREAD_MUTEX_NORMAL) continue;
  WHILE_HELD(pthread_mutex_lock(&mutex));
  SAY(pthread_mutex_unlock(&mutex));
  WHILE_HELD(pthread_mutex_timedlock(&mutex, &past));
  WHILE_HELD(pthread_mutex_timedlock(&mutex, &end));
  SAY(pthread_mutex_unlock(&mutex));
  WHILE_HELD(pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &clock_end));
  SAY(pthread_mutex_unlock(&mutex));
  SAY(pthread_mutex_clocklock(&mutex, -1, &end));
  SAY(pthread_mutex_timedlock(&mutex, &bad));
  SAY(pthread_mutex_timedlock(&mutex, &bad));
  SAY(pthread_mutex_clocklock(&mutex, CLOCK_REALTIME, &bad));
  SAY(pthread_mutex_destroy(&mutex) == 0 || kind >= 0);
}

static void rwlocks(void) {
  struct timespec end = future(CLOCK_REALTIME), clock_end = future(CLOCK_MONOTONIC);
  SAY(pthread_rwlock_timedrdlock(&rwlock, &bad));
  SAY(pthread_rwlock_timedwrlock(&rwlock, &bad));
  SAY(pthread_rwlock_clockrdlock(&rwlock, -1, &end));
  SAY(pthread_rwlock_clockwrlock(&rwlock, CLOCK_MONOTONIC, &bad));
  SAY(pthread_rwlock_rdlock(&rwlock));
  SAY(pthread_rwlock_rdlock(&rwlock));
  SAY(pthread_rwlock_timedwrlock(&rwlock, &past));
  SAY(pthread_rwlock_unlock(&rwlock));
  SAY(pthread_rwlock_unlock(&rwlock));
  SAY(pthread_rwlock_wrlock(&rwlock));
  SAY(pthread_rwlock_wrlock(&rwlock));
  SAY(pthread_rwlock_rdlock(&rwlock));
  SAY(pthread_rwlock_unlock(&rwlock));
  WHILE_HELD(pthread_rwlock_rdlock(&rwlock));
  SAY(pthread_rwlock_unlock(&rwlock));
  WHILE_HELD(pthread_rwlock_timedrdlock(&rwlock, &end));
  SAY(pthread_rwlock_unlock(&rwlock));
  WHILE_HELD(pthread_rwlock_timedrdlock(&rwlock, &past));
  WHILE_HELD(pthread_rwlock_clockrdlock(&rwlock, CLOCK_MONOTONIC, &clock_end));
  SAY(pthread_rwlock_unlock(&rwlock));
  WHILE_HELD(pthread_rwlock_wrlock(&rwlock));
  SAY(pthread_rwlock_unlock(&rwlock));
  WHILE_HELD(pthread_rwlock_timedwrlock(&rwlock, &end));
  SAY(pthread_rwlock_unlock(&rwlock));
  WHILE_HELD(pthread_rwlock_clockwrlock(&rwlock, CLOCK_MONOTONIC, &clock_end));
  SAY(pthread_rwlock_unlock(&rwlock));
}

void call_locks(void) {
  struct timespec end = future(CLOCK_REALTIME);
  pthread_spin_init(&spin, 0);
  mtx_init(&c11, mtx_timed);
  pthread_mutex_init(&mutex, NULL);
  rwlocks();
  WHILE_HELD(pthread_spin_lock(&spin));
  SAY(pthread_spin_unlock(&spin));
  WHILE_HELD(mtx_lock(&c11));
  SAY(mtx_unlock(&c11));
  WHILE_HELD(mtx_timedlock(&c11, &end));
  SAY(mtx_unlock(&c11));
  WHILE_HELD(mtx_timedlock(&c11, &past));
  mutexes(PTHREAD_MUTEX_NORMAL);
  mutexes(PTHREAD_MUTEX_ERRORCHECK);
  mutexes(PTHREAD_MUTEX_RECURSIVE);
}

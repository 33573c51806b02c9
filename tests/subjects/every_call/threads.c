/* Waiting for other threads and for time. */
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <threads.h>
#include <time.h>

#include "every_call.h"

static const struct timespec brief = {0, 5000000}, bad = {-1, 0}, past = {1, 0};
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static mtx_t c11_mutex;
static cnd_t c11_condition;
static sem_t semaphore;
static pthread_barrier_t barrier;
static int word;

static struct timespec future(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  time.tv_sec += 5;
  return time;
}

static void signal_condition(void) {
  pthread_mutex_lock(&mutex);
  pthread_cond_signal(&condition);
  pthread_mutex_unlock(&mutex);
}
static void signal_c11(void) {
  mtx_lock(&c11_mutex);
  cnd_signal(&c11_condition);
  mtx_unlock(&c11_mutex);
}
static void post(void) { sem_post(&semaphore); }
static void meet(void) { pthread_barrier_wait(&barrier); }
static void wake(void) {
  word = 1;
  syscall(SYS_futex, &word, FUTEX_WAKE, 1, NULL, NULL, 0);
}
static void nothing(void) {}

/* `wait`, while `action` happens 10 ms later. */
#define MEANWHILE(action, wait)                                       \
  do {                                                                \
    pthread_t peer;                                                   \
    pthread_create(&peer, NULL, after_a_moment, (void*)(action));     \
    SAY(wait);                                                        \
    pthread_join(peer, NULL);                                         \
  } while (0)

static void conditions(void) {
  struct timespec end = future(CLOCK_REALTIME), clock_end = future(CLOCK_MONOTONIC);
  pthread_mutex_lock(&mutex);
  MEANWHILE(signal_condition, pthread_cond_wait(&condition, &mutex));
  MEANWHILE(signal_condition, pthread_cond_timedwait(&condition, &mutex, &end));
  MEANWHILE(signal_condition,
            pthread_cond_clockwait(&condition, &mutex, CLOCK_MONOTONIC, &clock_end));
  SAY(pthread_cond_timedwait(&condition, &mutex, &past));
  SAY(pthread_cond_timedwait(&condition, &mutex, &bad));
  pthread_mutex_unlock(&mutex);
  mtx_init(&c11_mutex, mtx_plain);
  cnd_init(&c11_condition);
  mtx_lock(&c11_mutex);
  MEANWHILE(signal_c11, cnd_wait(&c11_condition, &c11_mutex));
  MEANWHILE(signal_c11, cnd_timedwait(&c11_condition, &c11_mutex, &end));
  SAY(cnd_timedwait(&c11_condition, &c11_mutex, &past));
  mtx_unlock(&c11_mutex);
}

static void semaphores(void) {
  struct timespec end = future(CLOCK_REALTIME), clock_end = future(CLOCK_MONOTONIC);
  sem_init(&semaphore, 0, 1);
  SAY(sem_wait(&semaphore));
  MEANWHILE(post, sem_wait(&semaphore));
  MEANWHILE(post, sem_timedwait(&semaphore, &end));
  MEANWHILE(post, sem_clockwait(&semaphore, CLOCK_MONOTONIC, &clock_end));
  SAY(sem_timedwait(&semaphore, &past));
  SAY(sem_timedwait(&semaphore, &bad));
  SAY(sem_clockwait(&semaphore, -1, &past));
}

static int c11_thread(void* argument) {
  (void)argument;
  usleep(5000);
  return 7;
}

static void joins(void) {
  struct timespec end = future(CLOCK_REALTIME), clock_end = future(CLOCK_MONOTONIC);
  pthread_t threads[5];
  thrd_t c11;
  int value = 0;
  for (int i = 0; i < 5; ++i) pthread_create(&threads[i], NULL, after_a_moment, (void*)nothing);
  SAY(pthread_tryjoin_np(threads[0], NULL));
  SAY(pthread_timedjoin_np(threads[0], NULL, &past));
  SAY(pthread_join(threads[0], NULL));
  SAY(pthread_join(pthread_self(), NULL));
  SAY(pthread_timedjoin_np(threads[1], NULL, &end));
  SAY(pthread_clockjoin_np(threads[2], NULL, CLOCK_MONOTONIC, &clock_end));
  SAY(pthread_clockjoin_np(threads[3], NULL, -1, &end));
  SAY(pthread_join(threads[3], NULL));
  SAY(pthread_join(threads[4], NULL));
  thrd_create(&c11, c11_thread, NULL);
  SAY(thrd_join(c11, &value));
  SAY(value);
}

static int initialised;
static void initialise(void) {
  usleep(20000);
  ++initialised;
}
static pthread_once_t once = PTHREAD_ONCE_INIT;
static once_flag c11_once = ONCE_FLAG_INIT;
static void call_once_again(void) { pthread_once(&once, initialise); }

static void once_only(void) {
  MEANWHILE(call_once_again, pthread_once(&once, initialise));
  SAY(pthread_once(&once, initialise));
  SAY_VOID(call_once(&c11_once, initialise));
  SAY_VOID(call_once(&c11_once, initialise));
  SAY(initialised);
}

static void sleeps(void) {
  struct timespec rest = {9, 9};
  SAY(nanosleep(&brief, &rest));
  SAY(rest.tv_sec);
  SAY(nanosleep(&bad, NULL));
  SAY(clock_nanosleep(CLOCK_MONOTONIC, 0, &brief, NULL));
  SAY(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &past, NULL));
  SAY(clock_nanosleep(-1, 0, &brief, NULL));
  SAY(thrd_sleep(&brief, NULL));
  SAY(thrd_sleep(&bad, NULL));
  SAY(usleep(1000));
  SAY(sleep(0));
}

static void futexes(void) {
  SAY(syscall(SYS_futex, &word, FUTEX_WAIT, 5, NULL, NULL, 0));
  SAY(syscall(SYS_futex, &word, FUTEX_WAIT, 0, &brief, NULL, 0));
  MEANWHILE(wake, syscall(SYS_futex, &word, FUTEX_WAIT, 0, NULL, NULL, 0));
  SAY(syscall(SYS_futex, &word, FUTEX_WAIT_BITSET, 1, &past, NULL, FUTEX_BITSET_MATCH_ANY));
  SAY(syscall(SYS_gettid) > 0);
  SAY(syscall(SYS_io_uring_enter, -1, 0, 0, 0, NULL, 0) < 0);
  SAY(syscall(-1));
}

void call_threads(void) {
  conditions();
  semaphores();
  pthread_barrier_init(&barrier, NULL, 2);
  MEANWHILE(meet, pthread_barrier_wait(&barrier) <= 0);
  SAY(pthread_barrier_destroy(&barrier));
  joins();
  once_only();
  sleeps();
  futexes();
}

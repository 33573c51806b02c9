/* A C program that must not notice that it is profiled: prints, waits, and ends as it is told.
 * Usage: guest MODE    MODE: print, exit CODE, sleep SECONDS, sleep-in-span SECONDS, threads N,
 * vanish N, descriptors N, close-all, fork N, burn N, crowd N, mask, abort */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <plumbline/context.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void* brief(void* argument) {
  usleep(1000);
  return argument;
}

static void* longer(void* argument) {
  usleep(300 * 1000);
  return argument;
}

static int run_threads(int count) {
  for (int i = 0; i < count; ++i) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, brief, NULL) != 0) return 1;
    pthread_join(thread, NULL);
  }
  return 0;
}

/* Leaves behind libc's back: no destructor of thread-specific data runs. */
static void* vanish(void* argument) {
  usleep(1000);
  syscall(SYS_exit, 0);
  return argument;
}

static int open_descriptors(void) {
  int open = 0;
  for (int fd = (int)sysconf(_SC_OPEN_MAX); --fd >= 0;) open += fcntl(fd, F_GETFD) >= 0;
  return open;
}

static int run_vanishing_threads(int count) {
  for (int i = 0; i < count; ++i) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, vanish, NULL) != 0) return 1;
    pthread_join(thread, NULL);
  }
  usleep(300 * 1000); /* time to notice that the last is gone */
  run_threads(1);
  printf("%d descriptors\n", open_descriptors());
  return 0;
}

/* The highest number given to the only file that is open, over `count` times. */
static int print_highest_descriptor(int count) {
  int highest = 0;
  for (int i = 0; i < count; ++i) {
    const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (fd > highest) highest = fd;
    close(fd);
  }
  printf("highest descriptor %d\n", highest);
  return 0;
}

/* As daemons do; then files of its own come to have every number, while a thread lives that had
 * its start before that. The result is the number of files that are lost by the end. */
static int close_all(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, longer, NULL) != 0) return -1;
  usleep(100 * 1000); /* not while that opens its own */
  close_range(3, ~0u, 0);
  int fd;
  while ((fd = open("/dev/null", O_RDWR | O_CLOEXEC)) >= 0) usleep(100);
  const int open_before = open_descriptors();
  pthread_join(thread, NULL);
  run_threads(3);
  return open_before - open_descriptors();
}

/* Children that sleep and end; the whole program does so too. */
static int run_children(int count) {
  for (int i = 0; i < count; ++i) {
    const pid_t child = fork();
    usleep(20 * 1000);
    if (child == 0) exit(3);
  }
  int status, ended = 0;
  while (wait(&status) > 0) ended += WIFEXITED(status) && WEXITSTATUS(status) == 3;
  printf("%d children\n", ended);
  return 0;
}

static long cpu_ns(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec * 1000000000L + time.tv_nsec;
}

static _Atomic long burned_ns = 0;

/* 0.2 to 1 ms of CPU. */
static void* burn(void* argument) {
  const long end = cpu_ns(CLOCK_THREAD_CPUTIME_ID) + 200000 + (long)(size_t)argument % 5 * 200000;
  long now;
  while ((now = cpu_ns(CLOCK_THREAD_CPUTIME_ID)) < end) {
  }
  burned_ns += now;
  return NULL;
}

static int print_burned(void) {
  printf("%ld ns burned, %d descriptors\n", burned_ns, open_descriptors());
  return 0;
}

/* One after another. */
static int burn_in_threads(int count) {
  for (int i = 0; i < count; ++i) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, burn, (void*)(size_t)i) != 0) return 1;
    pthread_join(thread, NULL);
  }
  return print_burned();
}

static int urgent_signals = 0;

static void count_urgent(int number) { urgent_signals += number == SIGURG; }

/* A thread that blocks all signals, as liblzma's do: 300 ms of CPU, and signals put off. */
static void* burn_with_signals_blocked(void* argument) {
  sigset_t all, before, pending;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, NULL);
  pthread_sigmask(SIG_BLOCK, NULL, &before);
  printf("blocked: %d\n", sigismember(&before, SIGURG));
  const long end = cpu_ns(CLOCK_THREAD_CPUTIME_ID) + 300000000;
  volatile unsigned long work = 0;
  while (cpu_ns(CLOCK_THREAD_CPUTIME_ID) < end) {
    for (int i = 0; i < 10000; ++i) work = work * 3 + 1;
  }
  pthread_kill(pthread_self(), SIGURG);
  sigpending(&pending);
  printf("pending: %d, handled: %d\n", sigismember(&pending, SIGURG), urgent_signals);
  sigfillset(&all);
  sigprocmask(SIG_UNBLOCK, &all, &before);
  printf("was blocked: %d, handled: %d\n", sigismember(&before, SIGURG), urgent_signals);
  sigprocmask(SIG_BLOCK, NULL, &before);
  printf("blocked: %d\n", sigismember(&before, SIGURG));
  return argument;
}

static int block_signals(void) {
  signal(SIGURG, count_urgent);
  sigset_t urgent;
  sigemptyset(&urgent);
  sigaddset(&urgent, SIGURG);
  pthread_sigmask(SIG_BLOCK, &urgent, NULL); /* nobody else may take it */
  pthread_t thread;
  if (pthread_create(&thread, NULL, burn_with_signals_blocked, NULL) != 0) return 1;
  pthread_join(thread, NULL);
  return 0;
}

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void* wait_then_burn(void* argument) {
  pthread_mutex_lock(&gate);
  pthread_mutex_unlock(&gate);
  return burn(argument);
}

/* All at once. */
static int burn_in_crowd(int count) {
  pthread_t* threads = calloc((size_t)count, sizeof *threads);
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, 64 * 1024);
  pthread_mutex_lock(&gate);
  for (int i = 0; i < count; ++i) {
    if (pthread_create(&threads[i], &small, wait_then_burn, (void*)(size_t)i) != 0) return 1;
  }
  pthread_mutex_unlock(&gate);
  for (int i = 0; i < count; ++i) pthread_join(threads[i], NULL);
  return print_burned();
}

/* The number of the next descriptor, and what of the profiler is in the environment. */
static int print_surroundings(void) {
  const int fd = dup(0);
  printf("next descriptor %d\n", fd);
  close(fd);
  printf("output %s\n", getenv("PLUMBLINE_OUTPUT") != NULL ? "set" : "unset");
  return 0;
}

static int sleep_for(int seconds) {
  puts("sleeping");
  fflush(stdout);
  return (int)sleep((unsigned)seconds);
}

static int sleep_in_span(int seconds) {
  const struct plumbline_api* api = dlsym(RTLD_DEFAULT, PLUMBLINE_API_SYMBOL);
  if (api == NULL) return 1;
  struct plumbline_span_context span;
  struct plumbline_scope scope;
  api->enter_span(api->intern("guest", 5), "sleeper", 7, &span, &scope);
  const int left = sleep_for(seconds);
  api->leave_span(&span, &scope);
  return left;
}

int main(int count, char** words) {
  const char* mode = count > 1 ? words[1] : "print";
  const int number = count > 2 ? atoi(words[2]) : 0;
  if (strcmp(mode, "print") == 0) return print_surroundings();
  if (strcmp(mode, "exit") == 0) return number;
  if (strcmp(mode, "threads") == 0) return run_threads(number);
  if (strcmp(mode, "vanish") == 0) return run_vanishing_threads(number);
  if (strcmp(mode, "descriptors") == 0) return print_highest_descriptor(number);
  if (strcmp(mode, "fork") == 0) return run_children(number);
  if (strcmp(mode, "mask") == 0) return block_signals();
  if (strcmp(mode, "burn") == 0) return burn_in_threads(number);
  if (strcmp(mode, "crowd") == 0) return burn_in_crowd(number);
  if (strcmp(mode, "close-all") == 0) return close_all();
  if (strcmp(mode, "abort") == 0) abort();
  if (strcmp(mode, "sleep") == 0) return sleep_for(number);
  if (strcmp(mode, "sleep-in-span") == 0) return sleep_in_span(number);
  fprintf(stderr, "guest: unknown mode %s\n", mode);
  return 2;
}

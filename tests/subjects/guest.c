/* A C program that must not notice that it is profiled: prints, waits, and ends as it is told.
 * Usage: guest MODE    MODE: print, exit CODE, sleep SECONDS, threads N, vanish N, descriptors N,
 * close-all, abort */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
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
  usleep(1000);
  close_range(3, ~0u, 0);
  int fd;
  while ((fd = open("/dev/null", O_RDWR | O_CLOEXEC)) >= 0) usleep(100);
  const int open_before = open_descriptors();
  pthread_join(thread, NULL);
  run_threads(3);
  return open_before - open_descriptors();
}

/* The number of the next descriptor, and what of the profiler is in the environment. */
static int print_surroundings(void) {
  const int fd = dup(0);
  printf("next descriptor %d\n", fd);
  close(fd);
  printf("output %s\n", getenv("PLUMBLINE_OUTPUT") != NULL ? "set" : "unset");
  return 0;
}

int main(int count, char** words) {
  const char* mode = count > 1 ? words[1] : "print";
  const int number = count > 2 ? atoi(words[2]) : 0;
  if (strcmp(mode, "print") == 0) return print_surroundings();
  if (strcmp(mode, "exit") == 0) return number;
  if (strcmp(mode, "threads") == 0) return run_threads(number);
  if (strcmp(mode, "vanish") == 0) return run_vanishing_threads(number);
  if (strcmp(mode, "descriptors") == 0) return print_highest_descriptor(number);
  if (strcmp(mode, "close-all") == 0) return close_all();
  if (strcmp(mode, "abort") == 0) abort();
  if (strcmp(mode, "sleep") == 0) {
    puts("sleeping");
    fflush(stdout);
    return (int)sleep((unsigned)number);
  }
  fprintf(stderr, "guest: unknown mode %s\n", mode);
  return 2;
}

/* A C program that must not notice that it is profiled: prints, waits, and ends as it is told.
 * Usage: guest MODE    MODE: print, exit CODE, sleep SECONDS, threads N, abort */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void* brief(void* argument) {
  usleep(1000);
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
  if (strcmp(mode, "abort") == 0) abort();
  if (strcmp(mode, "sleep") == 0) {
    puts("sleeping");
    fflush(stdout);
    return (int)sleep((unsigned)number);
  }
  fprintf(stderr, "guest: unknown mode %s\n", mode);
  return 2;
}

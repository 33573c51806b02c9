/* Calls every function that Plumbline hooks, with what succeeds, fails and blocks, and prints what
 * each gave. Run bare and under the profiler in an empty folder: the output must be the same.
 * Usage: every_call, with standard input from a pipe that holds a few lines. */
#include <pthread.h>

#include "every_call.h"

volatile size_t known_only_at_run_time;

/* Past stdio, which is itself called. */
void say(const char* call, long result, int error) {
  char line[512];
  const int length = snprintf(line, sizeof line, "%s = %ld, errno %d\n", call, result, error);
  if (write(STDERR_FILENO, line, (size_t)length) != length) abort();
}

void say_text(const char* what, const char* text, long length) {
  char line[512];
  const int written = snprintf(line, sizeof line, "%s: '%.*s'\n", what, (int)length, text);
  if (write(STDERR_FILENO, line, (size_t)written) != written) abort();
}

void* after_a_moment(void* action) {
  usleep(10000);
  ((void (*)(void))action)();
  return NULL;
}

int main(void) {
  call_files();
  call_file_names();
  call_directories();
  call_streams();
  call_wide_streams();
  call_sockets();
  call_polls();
  call_locks();
  call_threads();
  call_signals();
  call_processes();
  call_odd_names();
  return 0;
}

// One call of each function that forbidden_calls.h counts. What it returns does not matter.
#include <dlfcn.h>
#include <execinfo.h>
#include <link.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>

#include <initializer_list>

#include "tests/profiler/forbidden_calls.h"

// The loader's, with the module and offset of a variable.
extern "C" void* __tls_get_addr(void* index);

namespace plumbline::test {
namespace {

void call_vfprintf(FILE* file, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vfprintf(file, format, arguments);
  va_end(arguments);
}

void call_allocators() {
  void* (*volatile allocate)(size_t) = malloc;
  void* (*volatile allocate_zeroed)(size_t, size_t) = calloc;
  void* (*volatile allocate_aligned)(size_t, size_t) = aligned_alloc;
  free(allocate(100));
  void* grown = realloc(allocate_zeroed(1, 10), 1'000);
  void* aligned = nullptr;
  [[maybe_unused]] const int failed = posix_memalign(&aligned, 64, 64);
  for (void* block : {grown, aligned, allocate_aligned(64, 64)}) free(block);
}

void call_locks() {
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  sem_t semaphore;
  sem_init(&semaphore, 0, 1);
  sem_wait(&semaphore);
  pthread_mutex_lock(&mutex);
  pthread_mutex_trylock(&mutex);
  pthread_mutex_unlock(&mutex);
  pthread_rwlock_rdlock(&rwlock);
  pthread_rwlock_unlock(&rwlock);
  pthread_rwlock_wrlock(&rwlock);
  pthread_rwlock_unlock(&rwlock);
  pthread_once(&once, [] {});
}

void call_loader() {
  void* libc = dlopen("libc.so.6", RTLD_NOLOAD | RTLD_NOW);
  Dl_info info;
  dladdr(dlsym(libc, "getpid"), &info);
  dl_iterate_phdr([](dl_phdr_info*, size_t, void*) { return 1; }, nullptr);
  struct {
    unsigned long module, offset;
  } index{1, 0};
  __tls_get_addr(&index);
}

void call_output() {
  FILE* file = fopen("/dev/null", "w");
  size_t (*volatile write)(const void*, size_t, size_t, FILE*) = fwrite;
  write("x", 1, 1, file);
  call_vfprintf(file, "%d", 1);
  fclose(file);
  char text[20];
  int (*volatile print)(char*, size_t, const char*, ...) = snprintf;
  print(text, sizeof text, "%f", 1.5);
  syslog(LOG_DEBUG, "%d", 1);
  void* frames[4];
  backtrace(frames, 4);
  char* (*volatile look_up)(const char*) = getenv;
  look_up("PATH");
}

}  // namespace

void call_all_forbidden() {
  call_allocators();
  call_locks();
  call_loader();
  call_output();
}

}  // namespace plumbline::test

// The ways out of a program on which no destructor runs: what is in the rings would be lost.
//
// exec ends the program only if it succeeds, so the recording is brought up to date, not closed.
#include "profiler/hooks/process_end.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "profiler/capture/thread.h"
#include "profiler/hooks/export.h"
#include "profiler/hooks/original.h"

namespace plumbline::hooks {

std::atomic<ProcessEndCallback> on_process_end{nullptr};

namespace {

void announce_end() {
  // A child of vfork ends; its parent, whose memory this is, does not.
  const capture::Thread* thread = capture::current_thread;
  if (thread != nullptr && thread->after_vfork) return;
  const ProcessEndCallback callback = on_process_end.load(std::memory_order_relaxed);
  if (callback != nullptr) callback();
}

// The arguments of execl and its kin, up to and with the null pointer.
std::size_t count_words(const char* first, va_list words) {
  std::size_t count = 1;
  for (const char* word = first; word != nullptr; ++count) word = va_arg(words, const char*);
  return count;
}

void collect_words(const char* first, va_list words, char** collected) {
  *collected = const_cast<char*>(first);
  while (*collected != nullptr) *++collected = va_arg(words, char*);
}

}  // namespace
}  // namespace plumbline::hooks

using namespace plumbline::hooks;

// On the stack: a child of vfork must not allocate. `collected` names a variable.
// NOLINTBEGIN(bugprone-macro-parentheses)
#define PLUMBLINE_COLLECT_WORDS(collected, first)                                  \
  va_list words;                                                                   \
  va_start(words, first);                                                          \
  const std::size_t count = count_words(first, words);                             \
  va_end(words);                                                                   \
  char** collected = static_cast<char**>(__builtin_alloca(count * sizeof(char*))); \
  va_start(words, first);                                                          \
  collect_words(first, words, collected)
// NOLINTEND(bugprone-macro-parentheses)

PLUMBLINE_HOOK void _exit(int status) {
  announce_end();
  original()._exit(status);
  __builtin_unreachable();
}

PLUMBLINE_HOOK void _Exit(int status) noexcept {
  announce_end();
  original()._Exit(status);
  __builtin_unreachable();
}

PLUMBLINE_HOOK void quick_exit(int status) noexcept {
  announce_end();
  original().quick_exit(status);
  __builtin_unreachable();
}

PLUMBLINE_HOOK void abort() noexcept {
  announce_end();
  original().abort();
  __builtin_unreachable();
}

PLUMBLINE_HOOK int execve(const char* path, char* const* words, char* const* environment) noexcept {
  announce_end();
  return original().execve(path, words, environment);
}

PLUMBLINE_HOOK int execveat(int folder, const char* path, char* const* words,
                            char* const* environment, int flags) noexcept {
  announce_end();
  return original().execveat(folder, path, words, environment, flags);
}

PLUMBLINE_HOOK int fexecve(int fd, char* const* words, char* const* environment) noexcept {
  announce_end();
  return original().fexecve(fd, words, environment);
}

PLUMBLINE_HOOK int execv(const char* path, char* const* words) noexcept {
  announce_end();
  return original().execv(path, words);
}

PLUMBLINE_HOOK int execvp(const char* file, char* const* words) noexcept {
  announce_end();
  return original().execvp(file, words);
}

PLUMBLINE_HOOK int execvpe(const char* file, char* const* words,
                           char* const* environment) noexcept {
  announce_end();
  return original().execvpe(file, words, environment);
}

PLUMBLINE_HOOK int execl(const char* path, const char* first, ...) noexcept {
  PLUMBLINE_COLLECT_WORDS(collected, first);
  va_end(words);
  announce_end();
  return original().execv(path, collected);
}

PLUMBLINE_HOOK int execlp(const char* file, const char* first, ...) noexcept {
  PLUMBLINE_COLLECT_WORDS(collected, first);
  va_end(words);
  announce_end();
  return original().execvp(file, collected);
}

PLUMBLINE_HOOK int execle(const char* path, const char* first, ...) noexcept {
  PLUMBLINE_COLLECT_WORDS(collected, first);
  char* const* environment = va_arg(words, char* const*);
  va_end(words);
  announce_end();
  return original().execve(path, collected, environment);
}

// plumbline-pieces NAME COUNT: one small piece of work, so many times; for counting instructions.
//
// Run by `plumbline overhead --instructions` under callgrind, which counts inside `counted` alone,
// bare and with the profiler preloaded. Nothing here depends on time: equal builds give equal
// counts. Thread rule: one thread. Failure: one line on standard error, status 2.
#include <plumbline/trace.h>
#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
sem_t semaphore;
int pipe_ends[2];

void span() {
  const auto root = plumbline::GetTracer("pieces")->StartActiveSpan("GET /piece");
  static_cast<void>(root);
}

void nested_spans() {
  const auto root = plumbline::GetTracer("pieces")->StartActiveSpan("GET /piece");
  const auto child = plumbline::GetTracer("pieces")->StartActiveSpan("query");
  static_cast<void>(root);
  static_cast<void>(child);
}

void uncontended_mutex() {
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
}

void open_semaphore() {
  sem_post(&semaphore);
  sem_wait(&semaphore);
}

void full_pipe() {
  char byte = 0;
  if (write(pipe_ends[1], &byte, 1) != 1 || read(pipe_ends[0], &byte, 1) != 1) abort();
}

struct Piece {
  std::string_view name;
  void (*run)();
};

constexpr Piece kPieces[] = {{"span", span},
                             {"nested_spans", nested_spans},
                             {"mutex", uncontended_mutex},
                             {"semaphore", open_semaphore},
                             {"pipe", full_pipe}};

void (*piece_named(std::string_view name))() {
  for (const Piece& piece : kPieces) {
    if (piece.name == name) return piece.run;
  }
  return nullptr;
}

}  // namespace

// The name by which callgrind finds it.
extern "C" __attribute__((noinline)) void counted(void (*piece)(), long count) {
  for (long i = 0; i < count; ++i) piece();
}

int main(int count, char** words) {
  const auto piece = count == 3 ? piece_named(words[1]) : nullptr;
  if (piece == nullptr || pipe(pipe_ends) != 0 || sem_init(&semaphore, 0, 0) != 0) {
    std::fprintf(stderr, "usage: plumbline-pieces NAME COUNT\nnames:");
    for (const Piece& known : kPieces) std::fprintf(stderr, " %s", known.name.data());
    std::fprintf(stderr, "\n");
    return 2;
  }
  piece();  // what happens once a process and once a thread is not counted
  counted(piece, std::atol(words[2]));
}

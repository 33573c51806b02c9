// A program as distributions ship them: optimised, without frame pointers, without debug
// information (tests/e2e/nameless_program_test.cc). It computes for about two seconds of CPU,
// below libc's qsort and in a recursion, and sleeps a few times.
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

volatile unsigned long sink;

[[gnu::noinline]] unsigned long spin_here(unsigned long seed) {
  for (int i = 0; i < 200'000; ++i) seed = seed * 6364136223846793005u + 1442695040888963407u;
  return seed;
}

// Each has something left to do after the call, so that it is a call and no jump.
[[gnu::noinline]] unsigned long calls_spin(unsigned long seed) { return spin_here(seed) + 1; }

[[gnu::noinline]] unsigned long recurses(int depth, unsigned long seed) {
  return depth == 0 ? calls_spin(seed) + 1 : recurses(depth - 1, seed + 1) * 3 + 1;
}

int compares(const void* a, const void* b) {
  sink = calls_spin(sink);
  const auto left = *static_cast<const int*>(a), right = *static_cast<const int*>(b);
  return (left > right) - (left < right);
}

[[gnu::noinline]] void sorts() {
  int numbers[16];
  for (int i = 0; i < 16; ++i) numbers[i] = i * 7919 % 31;
  std::qsort(numbers, 16, sizeof numbers[0], compares);
  sink = sink + static_cast<unsigned long>(numbers[3]);
}

[[gnu::noinline]] void sleeps_here() {
  usleep(2'000);
  sink = sink + 1;
}

[[gnu::noinline]] void works() {
  sorts();
  sink = sink + recurses(20, sink);
  sleeps_here();
  sink = sink + 1;
}

int main() {
  for (timespec used{}; used.tv_sec < 2; clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used)) works();
  std::puts("done");
}

// What a hook costs a call that does not block: bare and hooked side by side.
//
// Run by `./dev bench`. The library is linked; "bare" goes to libc itself. The minimum of many
// short runs counts, and only differences within one run mean anything on a shared machine.
#include <benchmark/benchmark.h>
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <plumbline/profiler.h>
#include <pthread.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace {

template <class Function>
Function* from_libc(const char* name) {
  static void* libc = dlopen("libc.so.6", RTLD_NOLOAD | RTLD_NOW);
  return reinterpret_cast<Function*>(dlsym(libc, name));
}

// The program's own reference, which the hook satisfies; not to be inlined.
template <class Function>
Function* from_program(Function* function) {
  asm volatile("" : "+r"(function));
  return function;
}

void in_bursts(benchmark::internal::Benchmark* benchmark) {
  benchmark->Iterations(2000)->Repetitions(200)->ReportAggregatesOnly();
  benchmark->ComputeStatistics("min", [](const std::vector<double>& times) {
    return *std::min_element(times.begin(), times.end());
  });
}

// One benchmark of a call by pointer, once with each pointer.
#define BENCHMARK_BOTH(name, function)                                                 \
  void name##Bare(benchmark::State& state) {                                           \
    name(state, from_libc<decltype(function)>(#function));                             \
  }                                                                                    \
  BENCHMARK(name##Bare)->Apply(in_bursts);                                             \
  void name##Hooked(benchmark::State& state) { name(state, from_program(&function)); } \
  BENCHMARK(name##Hooked)->Apply(in_bursts)

template <class Lock>
void Mutex(benchmark::State& state, Lock* lock) {
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  for (auto _ : state) {
    lock(&mutex);
    pthread_mutex_unlock(&mutex);
  }
}
BENCHMARK_BOTH(Mutex, pthread_mutex_lock);

template <class Read>
void CachedRead(benchmark::State& state, Read* read) {
  const int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  char buffer[4096];
  for (auto _ : state) benchmark::DoNotOptimize(read(fd, buffer, sizeof buffer, 0));
  close(fd);
}
BENCHMARK_BOTH(CachedRead, pread);

template <class Stat>
void FileStatus(benchmark::State& state, Stat* ask) {
  struct stat status;
  for (auto _ : state) benchmark::DoNotOptimize(ask("/proc/self/exe", &status));
}
BENCHMARK_BOTH(FileStatus, stat);

template <class Getc>
void CharacterRead(benchmark::State& state, Getc* get) {
  FILE* stream = std::fopen("/proc/self/exe", "r");
  for (auto _ : state) benchmark::DoNotOptimize(get(stream));
  std::fclose(stream);
}
BENCHMARK_BOTH(CharacterRead, fgetc);

template <class Putc>
void CharacterWritten(benchmark::State& state, Putc* put) {
  FILE* stream = std::fopen("/dev/null", "w");
  for (auto _ : state) benchmark::DoNotOptimize(put('x', stream));
  std::fclose(stream);
}
BENCHMARK_BOTH(CharacterWritten, putc);

template <class Fwrite>
void SmallBlockWritten(benchmark::State& state, Fwrite* write_block) {
  FILE* stream = std::fopen("/dev/null", "w");
  for (auto _ : state) benchmark::DoNotOptimize(write_block("12345678", 1, 8, stream));
  std::fclose(stream);
}
BENCHMARK_BOTH(SmallBlockWritten, fwrite);

template <class Fgets>
void LineRead(benchmark::State& state, Fgets* get_line) {
  FILE* stream = std::fopen("/proc/self/maps", "r");
  char line[512];
  for (auto _ : state) {
    if (get_line(line, sizeof line, stream) == nullptr) std::rewind(stream);
  }
  std::fclose(stream);
}
BENCHMARK_BOTH(LineRead, fgets);

template <class Fprintf>
void FormatWritten(benchmark::State& state, Fprintf* print) {
  FILE* stream = std::fopen("/dev/null", "w");
  for (auto _ : state) benchmark::DoNotOptimize(print(stream, "%d\n", 7));
  std::fclose(stream);
}
BENCHMARK_BOTH(FormatWritten, fprintf);

template <class Readdir>
void DirectoryEntryRead(benchmark::State& state, Readdir* read_entry) {
  DIR* folder = opendir("/usr/bin");
  for (auto _ : state) {
    if (read_entry(folder) == nullptr) rewinddir(folder);
  }
  closedir(folder);
}
BENCHMARK_BOTH(DirectoryEntryRead, readdir);

template <class Syscall>
void OtherSyscall(benchmark::State& state, Syscall* call) {
  for (auto _ : state) benchmark::DoNotOptimize(call(SYS_gettid));
}
BENCHMARK_BOTH(OtherSyscall, syscall);

template <class Close>
void OpenAndClose(benchmark::State& state, Close* close_it) {
  for (auto _ : state) close_it(open("/dev/null", O_RDONLY | O_CLOEXEC));
}
BENCHMARK_BOTH(OpenAndClose, close);

std::filesystem::path output_path() {
  return std::filesystem::temp_directory_path() /
         ("plumbline-benchmark-" + std::to_string(getpid()) + ".plumb");
}

// Records from here on with this way to know CPU time, if it does not already.
void record_with(const std::string& cpu_clock) {
  static std::string present;
  if (cpu_clock == present) return;
  if (!present.empty()) plumbline::StopProfiler();
  std::filesystem::remove(output_path());
  const std::string problem = plumbline::StartProfiler(
      {.output = output_path(), .options = "clock=none,ring_kib=512,cpu_clock=" + cpu_clock});
  if (!problem.empty()) {
    std::fprintf(stderr, "hooks_benchmark: %s\n", problem.c_str());
    std::exit(2);
  }
  usleep(300'000);  // the self-test of the switch flag
  present = cpu_clock;
}

// Last, since they change the session: the same call by the other ways.
void CachedReadHookedByRing(benchmark::State& state) { CachedRead(state, from_program(&pread)); }
BENCHMARK(CachedReadHookedByRing)->Apply(in_bursts)->Setup([](const benchmark::State&) {
  record_with("ring");
});
void CachedReadHookedByThreadClock(benchmark::State& state) {
  CachedRead(state, from_program(&pread));
}
BENCHMARK(CachedReadHookedByThreadClock)->Apply(in_bursts)->Setup([](const benchmark::State&) {
  record_with("thread");
});

}  // namespace

int main(int argc, char** argv) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(1, &one);
  sched_setaffinity(0, sizeof one, &one);
  benchmark::Initialize(&argc, argv);
  record_with("auto");
  benchmark::RunSpecifiedBenchmarks();
  plumbline::StopProfiler();
  std::filesystem::remove(output_path());
}

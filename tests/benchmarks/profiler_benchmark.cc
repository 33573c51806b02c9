// What the profiler costs the program: spans, locks, calls, events.
//
// Run by `./dev bench`. The library is linked, so that hooked and bare calls stand side by side in
// one process; "bare" goes to libc itself. Figures are per operation, and only their ratios and
// differences within one run mean anything on a shared machine.
#include <benchmark/benchmark.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <plumbline/profiler.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "profiler/base/event_ring.h"
#include "profiler/format/record.h"

namespace {

template <class Function>
Function* from_libc(const char* name) {
  static void* libc = dlopen("libc.so.6", RTLD_NOLOAD | RTLD_NOW);
  return reinterpret_cast<Function*>(dlsym(libc, name));
}

void pin_to(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(cpu), &set);
  sched_setaffinity(0, sizeof set, &set);
}

constexpr const char* kSpinArgument = "--spin-as-competitor";

// Another process that spins on our CPU for as long as this lives. Spawned, not forked: a fork
// would make every page of ours, rings included, fault at its next write.
class Competitor {
 public:
  Competitor() {
    char program[] = "/proc/self/exe";
    char argument[] = "--spin-as-competitor";
    char* const arguments[] = {program, argument, nullptr};
    if (posix_spawn(&pid_, program, nullptr, nullptr, arguments, environ) != 0) std::abort();
  }
  ~Competitor() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Competitor(const Competitor&) = delete;
  Competitor& operator=(const Competitor&) = delete;

 private:
  pid_t pid_ = -1;
};

double least(const std::vector<double>& times) {
  return *std::min_element(times.begin(), times.end());
}

// Short bursts with pauses between them, in which the drain thread empties the ring: a program that
// did nothing but spans would outrun any disk, and the cost of losing records is not the question.
// CPU time is what counts: with a competitor half of the wall time is not ours.
void in_bursts(benchmark::internal::Benchmark* benchmark) {
  benchmark->Iterations(1500)->Repetitions(200)->ReportAggregatesOnly();
  benchmark->Setup([](const benchmark::State&) { usleep(3'000); });
  benchmark->ComputeStatistics("min", least);
}

void one_active_span(benchmark::State& state) {
  const auto tracer = plumbline::GetTracer("benchmark");
  for (auto _ : state) {
    auto span = tracer->StartActiveSpan("GET /report");
    benchmark::DoNotOptimize(span);
  }
}

void SpanStartActivateEnd(benchmark::State& state) { one_active_span(state); }
BENCHMARK(SpanStartActivateEnd)->Apply(in_bursts);

void SpanStartActivateEndWithCompetitor(benchmark::State& state) {
  const Competitor competitor;
  one_active_span(state);
}
BENCHMARK(SpanStartActivateEndWithCompetitor)->Apply(in_bursts);

void SpanInFourCalls(benchmark::State& state) {
  const auto tracer = plumbline::GetTracer("benchmark");
  for (auto _ : state) {
    auto span = tracer->StartSpan("GET /report");
    {
      auto scope = tracer->WithActiveSpan(span);
      benchmark::DoNotOptimize(scope);
    }
    span->End();
  }
}
BENCHMARK(SpanInFourCalls)->Apply(in_bursts);

// The recording that the other benchmarks run under.
class UnderRecording {
 public:
  UnderRecording()
      : output_(std::filesystem::temp_directory_path() /
                ("plumbline-benchmark-" + std::to_string(getpid()) + ".plumb")) {
    start();
  }
  ~UnderRecording() { stop(); }
  UnderRecording(const UnderRecording&) = delete;
  UnderRecording& operator=(const UnderRecording&) = delete;

  // Large rings, no samples: the cost of the calls themselves, without losses.
  void start() {
    const std::string problem =
        plumbline::StartProfiler({.output = output_, .options = "clock=none,ring_kib=512"});
    if (!problem.empty()) {
      std::fprintf(stderr, "profiler_benchmark: %s\n", problem.c_str());
      std::exit(2);
    }
    usleep(300'000);  // the self-test of the switch flag
  }
  void stop() {
    plumbline::StopProfiler();
    std::filesystem::remove(output_);
  }

 private:
  std::filesystem::path output_;
};
UnderRecording* under_recording = nullptr;

// Linked, but not recording: what every program pays that has the library and does not use it.
void SpanWhileNotRecording(benchmark::State& state) { one_active_span(state); }
BENCHMARK(SpanWhileNotRecording)
    ->Iterations(1'000'000)
    ->Repetitions(10)
    ->ReportAggregatesOnly()
    ->ComputeStatistics("min", least)
    ->Setup([](const benchmark::State&) { under_recording->stop(); })
    ->Teardown([](const benchmark::State&) { under_recording->start(); });

// The same exactness by the kernel's clock alone: what the switch flag saves.
void TwoThreadClockReads(benchmark::State& state) {
  for (auto _ : state) {
    timespec time;
    for (int edge = 0; edge < 2; ++edge) {
      clock_gettime(CLOCK_MONOTONIC, &time);
      benchmark::DoNotOptimize(time);
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
      benchmark::DoNotOptimize(time);
    }
  }
}
BENCHMARK(TwoThreadClockReads)->Apply(in_bursts);

void MutexBare(benchmark::State& state) {
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  auto* lock = from_libc<int(pthread_mutex_t*)>("pthread_mutex_lock");
  for (auto _ : state) {
    lock(&mutex);
    pthread_mutex_unlock(&mutex);
  }
}
BENCHMARK(MutexBare)->Apply(in_bursts);

void MutexHooked(benchmark::State& state) {
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  auto* volatile lock = &pthread_mutex_lock;
  auto* call = lock;
  for (auto _ : state) {
    call(&mutex);
    pthread_mutex_unlock(&mutex);
  }
}
BENCHMARK(MutexHooked)->Apply(in_bursts);

class OpenFile {
 public:
  OpenFile() : fd_(open("/proc/self/exe", O_RDONLY | O_CLOEXEC)) {}
  ~OpenFile() { close(fd_); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

void CachedReadBare(benchmark::State& state) {
  const OpenFile file;
  auto* call = from_libc<ssize_t(int, void*, size_t, off_t)>("pread");
  char buffer[4096];
  for (auto _ : state) benchmark::DoNotOptimize(call(file.fd(), buffer, sizeof buffer, 0));
}
BENCHMARK(CachedReadBare)->Apply(in_bursts);

void CachedReadHooked(benchmark::State& state) {
  const OpenFile file;
  ssize_t (*volatile call)(int, void*, size_t, off_t) = &pread;
  char buffer[4096];
  for (auto _ : state) benchmark::DoNotOptimize(call(file.fd(), buffer, sizeof buffer, 0));
}
BENCHMARK(CachedReadHooked)->Apply(in_bursts);

// A 64-byte record into a ring whose consumer keeps up.
void EventWrite(benchmark::State& state) {
  constexpr std::uint64_t kCapacityBytes = 1 << 18;
  static std::byte buffer[kCapacityBytes];
  plumbline::base::EventRing ring;
  ring.init(buffer, kCapacityBytes);
  const plumbline::format::SpanStart event{};
  for (auto _ : state) {
    void* room = ring.reserve(sizeof event);
    if (room == nullptr) {
      ring.release(ring.pieces());
      continue;
    }
    __builtin_memcpy(room, &event, sizeof event);
    ring.commit();
  }
}
BENCHMARK(EventWrite)->Apply(in_bursts);

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], kSpinArgument) == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (unsigned spins = 0;; ++spins) benchmark::DoNotOptimize(spins);
  }
  pin_to(1);
  UnderRecording recording;
  under_recording = &recording;
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}

// What a walk costs, and what the tables cost to build and to keep.
//
// Run by `./dev bench`. WalkPerFrame's time is of one whole walk from `depth` distinct frames; its
// counter ns_per_frame is the figure. Tables are those of modules that this program loads itself.
#include <benchmark/benchmark.h>
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>

#include <array>
#include <cstring>
#include <string>

#include "profiler/unwind/loaded_object.h"
#include "profiler/unwind/module_map.h"
#include "profiler/unwind/walk.h"

namespace {

using namespace plumbline::unwind;

constexpr std::uint32_t kLimit = 512;

Stacks own_stacks() {
  pthread_attr_t attributes;
  pthread_getattr_np(pthread_self(), &attributes);
  void* low = nullptr;
  std::size_t bytes = 0;
  pthread_attr_getstack(&attributes, &low, &bytes);
  pthread_attr_destroy(&attributes);
  const auto begin = reinterpret_cast<std::uintptr_t>(low);
  return {.own = {begin, begin + bytes}, .alternate = {}};
}

void walk_repeatedly(benchmark::State& state) {
  const Stacks stacks = own_stacks();
  std::array<std::uint64_t, kLimit> frames;
  std::uint64_t walked = 0;
  for (auto _ : state) {
    const Walk found = walk_from_here(stacks, frames.data(), kLimit);
    benchmark::DoNotOptimize(frames);
    walked += found.frame_count;
  }
  state.counters["frames"] =
      benchmark::Counter(static_cast<double>(walked), benchmark::Counter::kAvgIterations);
  state.counters["per_frame"] = benchmark::Counter(
      static_cast<double>(walked), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

// Eight functions that call each other in turn, with frames of different sizes.
template <int kFunction>
[[gnu::noinline]] void descend(benchmark::State& state, int depth) {
  char frame[16 * (kFunction + 1)];
  benchmark::DoNotOptimize(frame);
  if (depth == 0) {
    walk_repeatedly(state);
  } else {
    descend<(kFunction + 1) % 8>(state, depth - 1);
  }
  benchmark::DoNotOptimize(frame);  // behind the call, so that it is no tail call
}

void WalkPerFrame(benchmark::State& state) {
  update_modules();
  descend<0>(state, static_cast<int>(state.range(0)));
}
BENCHMARK(WalkPerFrame)->Arg(10)->Arg(30)->Arg(100);

struct Wanted {
  const char* name;
  LoadedObject object;
};

int take_wanted(dl_phdr_info* object, std::size_t, void* argument) {
  auto& wanted = *static_cast<Wanted*>(argument);
  if (std::strstr(object->dlpi_name, wanted.name) == nullptr) return 0;
  wanted.object = describe(*object);
  return 1;
}

// Reading the frames of one module and building its table; its memory is given back each time.
void BuildTable(benchmark::State& state, const char* library) {
  if (dlopen(library, RTLD_NOW) == nullptr) return state.SkipWithError("not installed");
  Wanted wanted{library, {}};
  dl_iterate_phdr(take_wanted, &wanted);
  TableTotals totals;
  for (auto _ : state) {
    const Image image = copy_of_frames(wanted.object);
    totals = {};
    destroy_table(build_table(image, wanted.object.header, wanted.object.code, totals));
    discard(image);
  }
  const auto figure = [&state](const char* name, std::uint64_t value) {
    state.counters[name] = static_cast<double>(value);
  };
  figure("code_bytes", wanted.object.code.end - wanted.object.code.begin);
  figure("functions", totals.functions);
  figure("rows", totals.rows);
  figure("without_rule", totals.rows_without_rule);
  figure("table_bytes", totals.bytes);
}
BENCHMARK_CAPTURE(BuildTable, libc, "libc.so.6")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BuildTable, libstdcxx, "libstdc++.so.6")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BuildTable, libcrypto, "libcrypto.so.3")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BuildTable, libLLVM, "libLLVM-14.so.1")->Unit(benchmark::kMillisecond);

// An update that finds nothing new, as at every flush.
void UpdateUnchanged(benchmark::State& state) {
  update_modules();
  for (auto _ : state) benchmark::DoNotOptimize(update_modules());
}
BENCHMARK(UpdateUnchanged);

// A library comes and goes: one table is built and one dropped, the others are recognised.
void UpdateAfterLoadAndUnload(benchmark::State& state) {
  update_modules();
  for (auto _ : state) {
    void* library = dlopen("libcrypt.so.1", RTLD_NOW);
    if (library == nullptr) return state.SkipWithError("no libcrypt.so.1");
    update_modules();
    dlclose(library);
    update_modules();
    reclaim_modules();
  }
}
BENCHMARK(UpdateAfterLoadAndUnload)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();

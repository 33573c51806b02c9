// What the workload itself adds to each segment: the truth must not cost what it measures.
//
//   build/release/bin/segment_cost_benchmark
//
// Each case runs a segment whose own work is next to nothing, so that its time is the readings,
// the record and the dispatch.
#include <benchmark/benchmark.h>

#include "workloads/clock.h"
#include "workloads/runner/ledger_recorder.h"
#include "workloads/runner/partners.h"
#include "workloads/runner/run_queue.h"
#include "workloads/runner/segment_runner.h"

namespace plumbline::workloads {
namespace {

void thread_clock(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(thread_cpu_ns());
}
BENCHMARK(thread_clock);

void run_queue_clock(benchmark::State& state) {
  const RunQueueClock clock;
  for (auto _ : state) benchmark::DoNotOptimize(clock.read_ns());
}
BENCHMARK(run_queue_clock);

constexpr std::size_t kRecords = 1 << 16;

// One iteration of the chain: about 16 ns.
void cpu_segment(benchmark::State& state) {
  Partners partners(Spec{}, 0, nullptr, nullptr);
  const RunQueueClock run_queue;
  SegmentRunner runner(partners, run_queue, false, measure_speeds());
  Segment segment;
  segment.iterations = 1;
  segment.function = find_cpu_function("build_report");
  LedgerRecorder recorder(kRecords, 0);
  std::size_t used = 0;
  for (auto _ : state) {
    if (used++ == kRecords) {
      state.PauseTiming();
      recorder = LedgerRecorder(kRecords, 0);
      used = 1;
      state.ResumeTiming();
    }
    LedgerRecord record{};
    runner.run(segment, segment.iterations, record);
    recorder.append(record);
  }
}
BENCHMARK(cpu_segment);

// Both ends of a wait without the wait between them. Argument: as --ledger-full.
void wait_ends(benchmark::State& state) {
  Partners partners(Spec{}, 0, nullptr, nullptr);
  const RunQueueClock run_queue;
  SegmentRunner runner(partners, run_queue, state.range(0) != 0, measure_speeds());
  LedgerRecord record{};
  for (auto _ : state) {
    runner.begin_wait(record);
    runner.end_wait(record);
    benchmark::DoNotOptimize(record);
  }
}
BENCHMARK(wait_ends)->Arg(0)->Arg(1);

}  // namespace
}  // namespace plumbline::workloads

BENCHMARK_MAIN();

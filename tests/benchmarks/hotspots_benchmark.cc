// How fast hotspots answer, on a generated recording: half samples, half waits, on 32 threads, in
// spans of ten endpoints, a root and four children each.
//
// Sizes: --events=N --spans=N --stacks=N, by default 1,000,000, 100,000 and 100,000; the issue's
// are 10,000,000, 1,000,000 and 100,000 (6 GB). Everything behind "load" finds it loaded, names of
// addresses included: FirstAnswer is what they cost, once.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include "analysis/attribution/hotspots.h"

namespace plumbline::analysis {
namespace {

using format::Category;
using format::Edge;

struct Sizes {
  std::uint64_t events = 1'000'000, spans = 100'000, stacks = 100'000;
};
Sizes g_sizes;

constexpr Index kThreads = 32;
constexpr Index kEndpoints = 10;
constexpr Index kSpansPerRequest = 5;

class Generator {
 public:
  Recording make() {
    recording_.names = {"", "<unknown>", "<unfinished>"};
    for (Index i = 0; i < kEndpoints; ++i) {
      recording_.names.push_back("GET /" + std::to_string(i));
    }
    add_stacks();
    recording_.events.resize(kThreads);
    const std::uint64_t requests = g_sizes.spans / kSpansPerRequest / kThreads;
    per_span_ = std::max<std::uint64_t>(1, g_sizes.events / g_sizes.spans / 2);
    for (thread_ = 0; thread_ < kThreads; ++thread_) {
      recording_.threads.tid.push_back(static_cast<std::int32_t>(thread_ + 1));
      now_ = {};
      recording_.events[thread_].push_back({.kind = EventKind::kThreadStart, .edge = now_});
      for (std::uint64_t i = 0; i < requests; ++i) add_request();
      recording_.events[thread_].push_back({.kind = EventKind::kThreadEnd, .edge = now_});
    }
    return std::move(recording_);
  }

 private:
  Index below(Index limit) { return static_cast<Index>(engine_() % limit); }

  // Like those of a program: stacks share their outer frames, and differ near the leaf.
  void add_stacks() {
    StackTable& stacks = recording_.stacks;
    stacks.first.push_back(0);
    for (std::uint64_t stack = 0; stack < g_sizes.stacks; ++stack) {
      std::uint64_t path = stack;
      for (std::uint64_t depth = 0; depth < 24; ++depth) {
        stacks.frames.push_back(0x100000 + 16 * ((path * 977 + depth) % 20'000));
        path /= 2;
      }
      stacks.first.push_back(stacks.frames.size());
      stacks.end.push_back(format::StackEnd::kComplete);
    }
  }

  Index add_span(Index root, Index parent, Index endpoint) {
    SpanTable& spans = recording_.spans;
    const auto row = static_cast<Index>(spans.size());
    spans.span_id.push_back(mixed(row + 1));
    spans.trace_id_high.push_back(0);
    spans.trace_id_low.push_back(mixed((root == kNone ? row : root) + 1));
    spans.parent_span_id.push_back(parent == kNone ? 0 : mixed(parent + 1));
    spans.root_span_id.push_back(spans.trace_id_low.back());
    spans.start_ns.push_back(now_.wall_ns);
    spans.end_ns.push_back(-1);
    spans.name.push_back(3 + endpoint);
    spans.endpoint.push_back(3 + endpoint);
    spans.root.push_back(root == kNone ? row : root);
    return row;
  }

  void scope(Index span) {
    recording_.events[thread_].push_back({.kind = EventKind::kScope, .span = span, .edge = now_});
  }

  void add_request() {
    const Index endpoint = below(kEndpoints);
    const Index root = add_span(kNone, kNone, endpoint);
    scope(root);
    add_events(root);
    for (Index child = 1; child < kSpansPerRequest; ++child) {
      const Index span = add_span(root, root, endpoint);
      scope(span);
      add_events(span);
      scope(root);
      recording_.spans.end_ns[span] = now_.wall_ns;
    }
    scope(kNone);
    recording_.spans.end_ns[root] = now_.wall_ns;
  }

  void add_events(Index span) {
    for (std::uint64_t i = 0; i < per_span_; ++i) {
      run(200'000 + below(100'000));
      add_sample(span);
      add_wait(span);
    }
  }

  void run(std::int64_t ns) {
    now_.wall_ns += ns;
    now_.cpu_ns += ns;
  }

  void add_sample(Index span) {
    SampleTable& samples = recording_.samples;
    samples.thread.push_back(thread_);
    samples.span.push_back(span);
    samples.stack.push_back(below(static_cast<Index>(g_sizes.stacks)));
    samples.wall_ns.push_back(now_.wall_ns);
    samples.cpu_ns.push_back(now_.cpu_ns);
    samples.weight_ns.push_back(250'000);
    samples.period_ns.push_back(250'000);
    samples.in_hook.push_back(false);
  }

  void add_wait(Index span) {
    WaitTable& waits = recording_.waits;
    const auto row = static_cast<Index>(waits.size());
    waits.thread.push_back(thread_);
    waits.span.push_back(span);
    waits.stack.push_back(below(static_cast<Index>(g_sizes.stacks)));
    waits.begin.push_back(now_);
    now_.wall_ns += 100'000;
    now_.cpu_ns += 3'000;
    now_.run_delay_ns += 7'000;
    ++now_.voluntary_switches;
    waits.end.push_back(now_);
    waits.category.push_back(static_cast<Category>(1 + below(4)));
    waits.operation.push_back(format::Operation::kMutexLock);
    waits.descriptor_kind.push_back(format::DescriptorKind::kNone);
    waits.object.push_back(0);
    waits.owner_tid.push_back(0);
    waits.owner_span_id.push_back(0);
    waits.open.push_back(false);
    recording_.events[thread_].push_back({.kind = EventKind::kWait, .wait = row, .edge = now_});
  }

  Recording recording_;
  std::mt19937_64 engine_{1};
  Index thread_ = 0;
  Edge now_{};
  std::uint64_t per_span_ = 1;
};

// Made once, for all benchmarks.
const Recording& recording() {
  static const Recording made = Generator().make();
  return made;
}

HotspotEngine& engine() {
  static HotspotEngine made(recording(), {});
  return made;
}

std::vector<Index> endpoint(Index number) {
  SpanPicks picks;
  picks.endpoints = {"GET /" + std::to_string(number)};
  return engine().pick(picks);
}

void answer(benchmark::State& state, const std::vector<Index>& picked, Scope scope) {
  const SelectedTime time = engine().time_of(engine().scoped(picked, scope));
  benchmark::DoNotOptimize(engine().methods(time));
  state.counters["samples"] = static_cast<double>(time.sampling.samples);
  state.counters["keys"] = static_cast<double>(time.keys.size());
}

void Load(benchmark::State& state) {
  const std::size_t events = recording().samples.size() + recording().waits.size();
  for (auto _ : state) {
    const HotspotEngine loaded(recording(), {});
    benchmark::DoNotOptimize(loaded.index().keys().size());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(events) * state.iterations());
}
BENCHMARK(Load)->Unit(benchmark::kMillisecond)->Iterations(1);

void FirstAnswer(benchmark::State& state) {
  engine();
  for (auto _ : state) {
    const SelectedTime time = engine().time_of(engine().whole());
    benchmark::DoNotOptimize(engine().methods(time));
  }
}
BENCHMARK(FirstAnswer)->Unit(benchmark::kMillisecond)->Iterations(1);

void OneSpan(benchmark::State& state) {
  Index row = 0;
  for (auto _ : state) {
    row = (row + 77'777) % static_cast<Index>(recording().spans.size());
    answer(state, {row}, Scope::kChildren);
  }
}
BENCHMARK(OneSpan)->Unit(benchmark::kMillisecond);

void OneSpanPeriod(benchmark::State& state) {
  for (auto _ : state) answer(state, {77'777 % 1'000}, Scope::kPeriod);
}
BENCHMARK(OneSpanPeriod)->Unit(benchmark::kMillisecond);

void EndpointChange(benchmark::State& state) {
  Index number = 0;
  for (auto _ : state) answer(state, endpoint(++number % kEndpoints), Scope::kChildren);
}
BENCHMARK(EndpointChange)->Unit(benchmark::kMillisecond);

void AllEndpoints(benchmark::State& state) {
  std::vector<Index> all(recording().spans.size());
  for (Index row = 0; row < all.size(); ++row) all[row] = row;
  for (auto _ : state) answer(state, all, Scope::kChildren);
}
BENCHMARK(AllEndpoints)->Unit(benchmark::kMillisecond);

void ScopeFull(benchmark::State& state) {
  for (auto _ : state) answer(state, {0}, Scope::kFull);
}
BENCHMARK(ScopeFull)->Unit(benchmark::kMillisecond);

void ScopePeriodOfAnEndpoint(benchmark::State& state) {
  const std::vector<Index> picked = endpoint(1);
  for (auto _ : state) answer(state, picked, Scope::kPeriod);
}
BENCHMARK(ScopePeriodOfAnEndpoint)->Unit(benchmark::kMillisecond);

void ReverseTree(benchmark::State& state) {
  const SelectedTime time = engine().time_of(engine().whole());
  for (auto _ : state) {
    benchmark::DoNotOptimize(engine().tree(time, TreeDirection::kReverse, 6));
  }
}
BENCHMARK(ReverseTree)->Unit(benchmark::kMillisecond);

// Takes our own options out of the command line.
void take_sizes(int& argc, char** argv) {
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    const auto value = [&](const char* name) -> const char* {
      const std::size_t length = std::strlen(name);
      return std::strncmp(argv[i], name, length) == 0 ? argv[i] + length : nullptr;
    };
    if (const char* events = value("--events=")) {
      g_sizes.events = std::strtoull(events, nullptr, 10);
    } else if (const char* spans = value("--spans=")) {
      g_sizes.spans = std::strtoull(spans, nullptr, 10);
    } else if (const char* stacks = value("--stacks=")) {
      g_sizes.stacks = std::strtoull(stacks, nullptr, 10);
    } else {
      argv[kept++] = argv[i];
    }
  }
  argc = kept;
}

}  // namespace
}  // namespace plumbline::analysis

int main(int argc, char** argv) {
  plumbline::analysis::take_sizes(argc, argv);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

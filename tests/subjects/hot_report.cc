// A program whose hotspots are known by construction: tests/e2e/hotspots_test.py reads its lines.
//
// Ten times, on the main thread, span "GET /report": most of its CPU in the marked line of
// hot_loop, which is inlined into burn_report; a span "query" on another thread that sleeps in
// sleep_in_query; a span "forgotten" that is started, never activated, and ended. A third thread
// burns without a span all the while. Also span "GET /idle", which does next to nothing.
#include <plumbline/trace.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <thread>

namespace {

std::atomic<bool> g_stop{false};
volatile std::uint64_t g_sink;

[[gnu::always_inline]] inline std::uint64_t hot_loop(std::uint64_t value) {
  for (int i = 0; i < 8'000'000; ++i) {
    value = ((value * 6364136223846793005u + 1) * 3202034522624059733u + 3) * 5;  // the hot line
  }
  return value;
}

[[gnu::noinline]] void burn_report(std::uint64_t seed) {
  g_sink = hot_loop(seed);
  asm volatile("" ::: "memory");
}

[[gnu::noinline]] void sleep_in_query() {
  usleep(20'000);
  asm volatile("" ::: "memory");
}

[[gnu::noinline]] void burn_unrelated() {
  std::uint64_t value = 1;
  while (!g_stop.load(std::memory_order_relaxed)) value = value * 3 + 1;
  g_sink = value;
}

void report(const plumbline::Tracer& tracer, std::uint64_t seed) {
  auto span = tracer.StartActiveSpan("GET /report");
  auto forgotten = tracer.StartSpan("forgotten");
  const plumbline::SpanContext context = plumbline::CaptureContext();
  std::thread query([&tracer, context] {
    auto continued = plumbline::ActivateContext(context);
    auto child = tracer.StartActiveSpan("query");
    sleep_in_query();
  });
  burn_report(seed);
  query.join();
}

}  // namespace

int main() {
  const auto tracer = plumbline::GetTracer("hot_report");
  std::thread unrelated(burn_unrelated);
  for (std::uint64_t seed = 1; seed <= 10; ++seed) report(tracer, seed);
  { auto idle = tracer.StartActiveSpan("GET /idle"); }
  g_stop = true;
  unrelated.join();
}

// plumbline/fiber.h: scopes and time stay with their fiber, on whatever thread it runs.
#include <plumbline/fiber.h>
#include <ucontext.h>

#include <functional>
#include <thread>
#include <vector>

#include "analysis/attribution/coverage.h"
#include "analysis/attribution/partition.h"
#include "tests/profiler/recorded_session.h"
#include "tests/profiler/scope_changes.h"
#include "tests/profiler/timed_stretches.h"

namespace plumbline {
namespace {

using analysis::Index;
using analysis::kNone;
using analysis::Recording;

// A fiber of the plainest kind. resume() may be called on any thread.
class UcontextFiber {
 public:
  explicit UcontextFiber(std::function<void(UcontextFiber&)> body, const SpanContext& span = {})
      : body_(std::move(body)), scopes_(span), stack_(256 * 1024) {
    getcontext(&context_);
    context_.uc_stack.ss_sp = stack_.data();
    context_.uc_stack.ss_size = stack_.size();
    context_.uc_link = nullptr;
    const auto self = reinterpret_cast<std::uintptr_t>(this);
    makecontext(&context_, reinterpret_cast<void (*)()>(&run), 2, static_cast<unsigned>(self >> 32),
                static_cast<unsigned>(self));
  }

  void resume() {
    Fiber thread;
    resumed_from_ = &thread;
    ran.begin_outside();
    SwitchFiber(&thread, &scopes_);
    ran.begin_inside();
    swapcontext(&thread_context_, &context_);
    ran.end_outside();
  }

  void yield() {
    ran.end_inside();
    SwitchFiber(&scopes_, resumed_from_);
    swapcontext(&context_, &thread_context_);
  }

  TimedStretches ran;

 private:
  static void run(unsigned high, unsigned low) {
    auto* self = reinterpret_cast<UcontextFiber*>(std::uintptr_t{high} << 32 | low);
    self->body_(*self);
    self->ran.end_inside();
    SwitchFiber(nullptr, self->resumed_from_);
    setcontext(&self->thread_context_);
  }

  std::function<void(UcontextFiber&)> body_;
  Fiber scopes_;
  Fiber* resumed_from_ = nullptr;
  ucontext_t context_{}, thread_context_{};
  std::vector<char> stack_;
};

void on_another_thread(const std::function<void()>& body) { std::thread(body).join(); }

std::uint64_t parent_of(const Recording& recording, const char* name) {
  return recording.spans.parent_span_id[span_named(recording, name)];
}

std::uint64_t id_of(const Recording& recording, const char* name) {
  return recording.spans.span_id[span_named(recording, name)];
}

TEST(Fibers, ScopesStayWithTheirFiber) {
  const std::int64_t ignored_before = ignored_scopes();
  const Recording recording = record("clock=none", [] {
    const auto tracer = GetTracer("test");
    const auto body_of = [&](const char* outer, const char* inner) {
      return [&tracer, outer, inner](UcontextFiber& fiber) {
        auto span = tracer->StartActiveSpan(outer);
        fiber.yield();
        auto child = tracer->StartActiveSpan(inner);
        fiber.yield();
      };
    };
    UcontextFiber a(body_of("a", "in a")), b(body_of("b", "in b"));
    auto span = tracer->StartActiveSpan("of the thread");
    for (int round = 0; round < 3; ++round) {
      a.resume();
      b.resume();
      on_another_thread([&] { tracer->StartSpan("unrelated " + std::to_string(round)); });
    }
    auto child = tracer->StartActiveSpan("in the thread's");
  });
  EXPECT_EQ(parent_of(recording, "a"), 0u);
  EXPECT_EQ(parent_of(recording, "b"), 0u);
  EXPECT_EQ(parent_of(recording, "in a"), id_of(recording, "a"));
  EXPECT_EQ(parent_of(recording, "in b"), id_of(recording, "b"));
  EXPECT_EQ(parent_of(recording, "in the thread's"), id_of(recording, "of the thread"));
  EXPECT_EQ(recording.counters.at("scopes.on_wrong_thread"), ignored_before);
}

// What the recording says lies between what certainly belonged to the fiber and what may have.
// 50 us: ticks against the kernel's clocks, and what the hypervisor took.
void expect_time_of(const Recording& recording, const analysis::Partition& partition,
                    const char* name, const TimedStretches& ran) {
  constexpr std::int64_t kClocksDiffer = 50'000;
  const analysis::TimeParts& self = partition.span_self[span_named(recording, name)];
  EXPECT_GE(self.wall_ns(), ran.least().wall_ns - kClocksDiffer) << name;
  EXPECT_LE(self.wall_ns(), ran.most().wall_ns + kClocksDiffer) << name;
  const std::int64_t cpu_ns = self.category[analysis::index_of(format::Category::kCpu)];
  EXPECT_GE(cpu_ns, ran.least().cpu_ns - kClocksDiffer) << name;
  EXPECT_LE(cpu_ns, ran.most().cpu_ns + kClocksDiffer) << name;
}

TEST(Fibers, TimeIsTheirsOnEveryThreadAndNobodysInBetween) {
  constexpr std::int64_t kAwayNs = 20'000'000;
  std::vector<TimedStretches> ran;
  const Recording recording = record("clock=none", [&] {
    const auto tracer = GetTracer("test");
    const auto body = [](UcontextFiber& fiber) {
      for (int round = 0; round < 3; ++round) {
        burn_cpu(2'000'000);
        usleep(2'000);
        fiber.yield();
      }
    };
    auto first = tracer->StartSpan("first"), second = tracer->StartSpan("second");
    UcontextFiber a(body, first->GetContext()), b(body, second->GetContext());
    for (int round = 0; round < 2; ++round) {
      a.resume();
      on_another_thread([&] { b.resume(), a.resume(); });
      b.resume();
      usleep(kAwayNs / 1'000);
    }
    ran = {a.ran, b.ran};
  });
  const analysis::Partition partition = analysis::partition_time(recording);
  EXPECT_EQ(partition.conservation.tiling_error_ns, 0);
  EXPECT_EQ(partition.conservation.double_booked_ns, 0);
  EXPECT_EQ(partition.conservation.owner_mismatches, 0u);
  expect_time_of(recording, partition, "first", ran[0]);
  expect_time_of(recording, partition, "second", ran[1]);
  // Suspended: open, but on no thread.
  const auto covered_ns = analysis::covered_ns_by_root(recording, partition);
  const Index root = span_named(recording, "first");
  const std::int64_t elapsed_ns = recording.spans.end_ns[root] - recording.spans.start_ns[root];
  EXPECT_GE(elapsed_ns - covered_ns[root], 2 * kAwayNs);
  EXPECT_EQ(covered_ns[root], partition.span_self[root].wall_ns());
}

TEST(Fibers, WaitInAFiberIsItsSpans) {
  const Recording recording = record("clock=none", [] {
    const auto tracer = GetTracer("test");
    UcontextFiber fiber([&](UcontextFiber& self) {
      auto span = tracer->StartActiveSpan("waits");
      self.yield();
      usleep(3'000);
    });
    fiber.resume();
    on_another_thread([&] { fiber.resume(); });
  });
  Index sleeps = 0;
  for (Index row = 0; row < recording.waits.size(); ++row) {
    if (recording.waits.operation[row] != format::Operation::kSleep) continue;
    ++sleeps;
    EXPECT_EQ(recording.waits.span[row], span_named(recording, "waits"));
  }
  EXPECT_EQ(sleeps, 1u);
}

// Both ways of handing work over keep when it was captured and when it was taken up.
TEST(HandOver, QueueTimeIsInTheFile) {
  const TemporaryPath output;
  ASSERT_EQ(StartProfiler({.output = output.path(), .options = "clock=none"}), "");
  const std::int64_t before_ns = Clocks::now().wall_ns;
  SpanContext captured;
  {
    auto span = GetTracer("test")->StartActiveSpan("submits");
    captured = CaptureContext();
    UcontextFiber fiber([](UcontextFiber&) {}, CaptureContext());
    usleep(5'000);
    on_another_thread([&] { auto scope = ActivateContext(captured); });
    on_another_thread([&] { fiber.resume(); });
  }
  StopProfiler();
  int handed_over = 0;
  for (const format::ScopeChange& change : scope_changes_in(output.path())) {
    if (change.captured_ns == 0) continue;
    ++handed_over;
    EXPECT_EQ(change.span_id, captured.span_id);
    EXPECT_GE(change.captured_ns, before_ns);
    EXPECT_GE(change.edge.wall_ns - change.captured_ns, 5'000'000);
  }
  EXPECT_EQ(handed_over, 2);
}

// Fault: a span of the last session is active in this one. Pass: scopes of the last one are void.
TEST(Fibers, BringNothingAlongFromAnEarlierSession) {
  UcontextFiber* fiber = nullptr;
  record("clock=none", [&] {
    fiber = new UcontextFiber([](UcontextFiber& self) {
      auto span = GetTracer("test")->StartActiveSpan("earlier");
      {
        auto child = GetTracer("test")->StartActiveSpan("earlier child");
        self.yield();
      }
      auto later = GetTracer("test")->StartActiveSpan("later");
    });
    fiber->resume();
  });
  const Recording recording = record("clock=none", [&] { fiber->resume(); });
  delete fiber;
  EXPECT_EQ(parent_of(recording, "later"), 0u);
  EXPECT_EQ(recording.report.unstarted_spans, 2u);  // the ends of the earlier two
}

}  // namespace
}  // namespace plumbline

// plumbline/coroutine.h: a coroutine's scopes are left when it is suspended and entered again on
// the thread where it goes on.
#include <plumbline/coroutine.h>

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

#include "analysis/attribution/coverage.h"
#include "analysis/attribution/partition.h"
#include "tests/profiler/recorded_session.h"
#include "tests/profiler/timed_stretches.h"

namespace plumbline {
namespace {

using analysis::Index;
using analysis::Recording;

// Runs coroutines one after the other on a thread of its own.
class Worker {
 public:
  Worker() : thread_([this] { run(); }) {}
  ~Worker() {
    post({});
    thread_.join();
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void post(std::coroutine_handle<> coroutine) {
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(coroutine);
    }
    changed_.notify_one();
  }

 private:
  void run() {
    for (;;) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return !queue_.empty(); });
      const auto coroutine = queue_.front();
      queue_.pop_front();
      lock.unlock();
      if (!coroutine) return;
      coroutine.resume();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::coroutine_handle<>> queue_;
  std::thread thread_;
};

// Suspends the coroutine and goes on with it on `worker`.
struct OnWorker {
  Worker& worker;
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> coroutine) const { worker.post(coroutine); }
  void await_resume() const {}
};

// The same behind an operator, as libraries have it.
struct Hop {
  Worker& worker;
  OnWorker operator co_await() const { return {worker}; }
};

// Lazy, with one that waits for it: begins when awaited, goes on with the awaiter at its end.
class Task {
 public:
  struct promise_type : CoroutineScopes {
    Task get_return_object() {
      return Task(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    auto initial_suspend() { return Begin(std::suspend_always{}); }
    auto final_suspend() noexcept { return End(GoOn{}); }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }

    std::coroutine_handle<> awaiter = std::noop_coroutine();
  };

  explicit Task(std::coroutine_handle<promise_type> coroutine) : coroutine_(coroutine) {}
  Task(Task&& other) noexcept : coroutine_(std::exchange(other.coroutine_, {})) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (coroutine_) coroutine_.destroy();
  }

  bool await_ready() const { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) const {
    coroutine_.promise().awaiter = awaiter;
    return coroutine_;
  }
  void await_resume() const {}

  void start() const { coroutine_.resume(); }

 private:
  struct GoOn {
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(
        std::coroutine_handle<promise_type> ended) const noexcept {
      return ended.promise().awaiter;
    }
    void await_resume() const noexcept {}
  };

  std::coroutine_handle<promise_type> coroutine_;
};

// Begins at once and frees itself: tells when it is done.
struct Detached {
  struct promise_type : CoroutineScopes {
    Detached get_return_object() { return {}; }
    auto initial_suspend() { return Begin(std::suspend_never{}); }
    auto final_suspend() noexcept { return End(std::suspend_never{}); }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

class Latch {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

std::uint64_t parent_of(const Recording& recording, const char* name) {
  return recording.spans.parent_span_id[span_named(recording, name)];
}

std::uint64_t id_of(const Recording& recording, const char* name) {
  return recording.spans.span_id[span_named(recording, name)];
}

Task query(const Tracer& tracer, Worker& worker) {
  auto span = tracer.StartActiveSpan("query");
  co_await OnWorker{worker};
  auto child = tracer.StartActiveSpan("fetch");
}

Detached request(const Tracer& tracer, Worker& first, Worker& second, const char* name,
                 Latch& done) {
  {
    auto span = tracer.StartActiveSpan(name);
    co_await Hop{first};
    co_await query(tracer, second);
    auto child = tracer.StartActiveSpan("render");
  }
  done.open();
}

TEST(Coroutines, SpansKeepTheirParentsAcrossThreadsAndNesting) {
  const std::int64_t ignored_before = ignored_scopes();
  const Recording recording = record("clock=none", [] {
    const auto tracer = GetTracer("test");
    Worker first, second;
    Latch done;
    auto outer = tracer->StartActiveSpan("caller");
    request(tracer, first, second, "request", done);
    auto meanwhile = tracer->StartActiveSpan("meanwhile");  // here, while it runs elsewhere
    done.wait();
  });
  EXPECT_EQ(parent_of(recording, "request"), id_of(recording, "caller"));
  EXPECT_EQ(parent_of(recording, "query"), id_of(recording, "request"));
  EXPECT_EQ(parent_of(recording, "fetch"), id_of(recording, "query"));
  EXPECT_EQ(parent_of(recording, "render"), id_of(recording, "request"));
  EXPECT_EQ(parent_of(recording, "meanwhile"), id_of(recording, "caller"));
  EXPECT_EQ(recording.counters.at("scopes.on_wrong_thread"), ignored_before);
}

// Burns CPU on one thread, then on the other; in between it is in the queue of a busy worker.
Detached wanderer(const Tracer& tracer, Worker& first, Worker& second, TimedStretches& ran,
                  Latch& done) {
  {
    co_await OnWorker{first};
    auto span = tracer.StartActiveSpan("wanderer");
    ran.begin_inside();
    for (int round = 0; round < 6; ++round) {
      burn_cpu(2'000'000);
      usleep(1'000);
      ran.end_inside();
      co_await OnWorker{round % 2 == 0 ? second : first};
      ran.begin_inside();
    }
    ran.end_inside();
  }
  done.open();
}

TEST(Coroutines, TimeIsTheirsOnBothThreadsAndNobodysWhileSuspended) {
  constexpr std::int64_t kClocksDiffer = 50'000;
  TimedStretches ran;
  const Recording recording = record("clock=none", [&] {
    const auto tracer = GetTracer("test");
    Worker first, second;
    Latch done;
    wanderer(tracer, first, second, ran, done);
    done.wait();
  });
  const analysis::Partition partition = analysis::partition_time(recording);
  const Index row = span_named(recording, "wanderer");
  const analysis::TimeParts& self = partition.span_self[row];
  EXPECT_EQ(partition.conservation.tiling_error_ns, 0);
  EXPECT_EQ(partition.conservation.owner_mismatches, 0u);
  EXPECT_GE(self.wall_ns(), ran.least().wall_ns - kClocksDiffer);
  const std::int64_t cpu_ns = self.category[analysis::index_of(format::Category::kCpu)];
  EXPECT_GE(cpu_ns, ran.least().cpu_ns - kClocksDiffer);
  // A root on one thread at a time: what no thread spent on it is what is left of its life.
  const std::int64_t elapsed_ns = recording.spans.end_ns[row] - recording.spans.start_ns[row];
  const std::int64_t covered_ns = analysis::covered_ns_by_root(recording, partition)[row];
  EXPECT_EQ(covered_ns, self.wall_ns());
  EXPECT_LT(covered_ns, elapsed_ns);
  // The sleeps are its own, on whichever thread they were.
  const std::int64_t sync_ns = self.category[analysis::index_of(format::Category::kSync)];
  EXPECT_GE(sync_ns, 6 * 1'000'000 - kClocksDiffer);
}

// The scopes of a suspended coroutine are not active: leaving them changes nothing.
TEST(Coroutines, MayBeDestroyedWhileSuspended) {
  const std::int64_t ignored_before = ignored_scopes();
  const Recording recording = record("clock=none", [] {
    const auto tracer = GetTracer("test");
    struct Never {
      bool await_ready() const { return false; }
      void await_suspend(std::coroutine_handle<>) const {}
      void await_resume() const {}
    };
    auto span = tracer->StartActiveSpan("of the thread");
    {
      const Task task = [](const Tracer& made_by) -> Task {
        auto inner = made_by.StartActiveSpan("abandoned");
        co_await Never{};
      }(tracer);
      task.start();
    }
    auto child = tracer->StartActiveSpan("child");
  });
  EXPECT_EQ(parent_of(recording, "child"), id_of(recording, "of the thread"));
  EXPECT_GE(recording.spans.end_ns[span_named(recording, "abandoned")], 0);
  EXPECT_EQ(recording.counters.at("scopes.on_wrong_thread"), ignored_before + 1);
}

}  // namespace
}  // namespace plumbline

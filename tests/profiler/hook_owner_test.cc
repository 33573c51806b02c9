// "Who blocked me": a wait for a lock names the thread that holds it, and that thread's span.
#include <pthread.h>

#include <latch>
#include <mutex>
#include <shared_mutex>

#include "tests/profiler/blocking_calls.h"
#include "tests/profiler/recorded_session.h"

namespace plumbline {
namespace {

using analysis::Index;
using analysis::Recording;
using format::Category;

// A thread holds `lock` in span "holder" for kDelay, while this thread wants it in span "waiter".
template <class Lock, class Wait>
Recording record_contention(Lock& lock, pid_t& holder_tid, const Wait& wait) {
  return record("clock=none", [&] {
    std::latch held(1);
    std::thread holder([&] {
      holder_tid = gettid();
      auto span = GetTracer("test")->StartActiveSpan("holder");
      lock.lock();
      held.count_down();
      std::this_thread::sleep_for(kDelay);
      lock.unlock();
    });
    held.wait();
    auto span = GetTracer("test")->StartActiveSpan("waiter");
    wait();
    holder.join();
  });
}

void expect_owner(const Recording& recording, pid_t holder_tid) {
  const auto& waits = recording.waits;
  Index found = 0;
  for (Index row = 0; row < waits.size(); ++row) {
    if (waits.category[row] != Category::kLock) continue;
    EXPECT_EQ(waits.owner_tid[row], holder_tid);
    EXPECT_EQ(waits.owner_span_id[row], recording.spans.span_id[span_named(recording, "holder")]);
    EXPECT_EQ(waits.span[row], span_named(recording, "waiter"));
    ++found;
  }
  EXPECT_EQ(found, 1U);
}

TEST(LockOwner, OfAMutexIsNamedWithItsSpan) {
  std::mutex mutex;
  pid_t holder = 0;
  const Recording recording =
      record_contention(mutex, holder, [&] { const std::scoped_lock lock(mutex); });
  expect_owner(recording, holder);
}

TEST(LockOwner, OfAReaderWriterLockIsNamedWithItsSpan) {
  std::shared_mutex mutex;
  pid_t holder = 0;
  const Recording recording =
      record_contention(mutex, holder, [&] { const std::shared_lock lock(mutex); });
  expect_owner(recording, holder);
}

// Fault: the owner's record is read after its thread has ended. Pass: 5,000 short owners, no crash;
// an owner that is named is one of this process.
TEST(LockOwner, MayEndWhileItIsAskedFor) {
  const Recording recording = record("clock=none", [] {
    std::mutex mutex;
    std::atomic<bool> done{false};
    std::thread waiter([&] {
      while (!done) const std::scoped_lock lock(mutex);
    });
    for (int i = 0; i < 5'000; ++i) {
      std::thread([&] {
        const std::scoped_lock lock(mutex);
        std::this_thread::yield();
      }).join();
    }
    done = true;
    waiter.join();
  });
  for (Index row = 0; row < recording.waits.size(); ++row) {
    EXPECT_GE(recording.waits.owner_tid[row], 0);
  }
}

TEST(LockOwner, OfAnythingElseIsNobody) {
  const Recording recording = record("clock=none", [] { usleep(1'000); });
  for (Index row = 0; row < recording.waits.size(); ++row) {
    if (recording.waits.category[row] == Category::kLock) continue;
    EXPECT_EQ(recording.waits.owner_tid[row], 0);
    EXPECT_EQ(recording.waits.owner_span_id[row], 0U);
  }
}

}  // namespace
}  // namespace plumbline

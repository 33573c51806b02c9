// Signals: the partner says "now", the worker waits for it. Where a primitive can be used once, the
// partner makes a new one each turn; the worker has it from the moment it claims the turn.
#include <pthread.h>
#include <semaphore.h>

#include <atomic>
#include <condition_variable>
#include <future>
#include <latch>
#include <mutex>
#include <optional>
#include <thread>

#include "workloads/clock.h"
#include "workloads/runner/rendezvous.h"
#include "workloads/runner/semaphore.h"

namespace plumbline::workloads {
namespace {

class CondvarRendezvous final : public Rendezvous {
 public:
  void release(std::int64_t& release_ns) override {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      release_ns = monotonic_ns();
      released_ = true;
    }
    condition_.notify_one();
  }
  void wait() override {
    std::unique_lock<std::mutex> lock(mutex_);
    condition_.wait(lock, [this] { return released_; });
    released_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable condition_;
  bool released_ = false;
};

class SemaphoreRendezvous final : public Rendezvous {
 public:
  void release(std::int64_t& release_ns) override {
    release_ns = monotonic_ns();
    semaphore_.post();
  }
  void wait() override { semaphore_.wait(); }

 private:
  Semaphore semaphore_;
};

class BarrierRendezvous final : public Rendezvous {
 public:
  BarrierRendezvous() { pthread_barrier_init(&barrier_, nullptr, 2); }
  ~BarrierRendezvous() override { pthread_barrier_destroy(&barrier_); }

  void release(std::int64_t& release_ns) override {
    release_ns = monotonic_ns();
    pthread_barrier_wait(&barrier_);
  }
  void wait() override { pthread_barrier_wait(&barrier_); }

 private:
  pthread_barrier_t barrier_;
};

class LatchRendezvous final : public Rendezvous {
 public:
  void prepare() override { latch_.emplace(1); }
  void release(std::int64_t& release_ns) override {
    release_ns = monotonic_ns();
    latch_->count_down();
  }
  void wait() override { latch_->wait(); }

 private:
  std::optional<std::latch> latch_;
};

class FutureRendezvous final : public Rendezvous {
 public:
  void prepare() override {
    promise_ = std::promise<int>();
    future_ = promise_.get_future();
  }
  void release(std::int64_t& release_ns) override {
    release_ns = monotonic_ns();
    promise_.set_value(1);
  }
  void wait() override { future_.wait(); }

 private:
  std::promise<int> promise_;
  std::future<int> future_;
};

class AtomicRendezvous final : public Rendezvous {
 public:
  void release(std::int64_t& release_ns) override {
    release_ns = monotonic_ns();
    released_.store(1, std::memory_order_release);  // pairs with wait: release_ns is then seen
    released_.notify_one();
  }
  void wait() override {
    released_.wait(0, std::memory_order_acquire);
    released_.store(0, std::memory_order_relaxed);  // the next turn is ordered by its claim
  }

 private:
  std::atomic<int> released_{0};
};

// A thread that ends; it logs its own end, since it takes a while to begin it.
class JoinRendezvous final : public Rendezvous {
 public:
  ~JoinRendezvous() override {
    if (!thread_.joinable()) return;
    end_.post();
    thread_.join();
  }
  void prepare() override {
    thread_ = std::thread([this] {
      end_.wait();
      if (release_ns_ != nullptr) *release_ns_ = monotonic_ns();
    });
  }
  void release(std::int64_t& release_ns) override {
    release_ns_ = &release_ns;
    end_.post();
  }
  void wait() override { thread_.join(); }

 private:
  Semaphore end_;
  std::int64_t* release_ns_ = nullptr;  // handed over by end_
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Rendezvous> make_signal_rendezvous(Primitive primitive) {
  switch (primitive) {
    case Primitive::kCondvar:
      return std::make_unique<CondvarRendezvous>();
    case Primitive::kSemaphore:
      return std::make_unique<SemaphoreRendezvous>();
    case Primitive::kBarrier:
      return std::make_unique<BarrierRendezvous>();
    case Primitive::kLatch:
      return std::make_unique<LatchRendezvous>();
    case Primitive::kFuture:
      return std::make_unique<FutureRendezvous>();
    case Primitive::kAtomicWait:
      return std::make_unique<AtomicRendezvous>();
    case Primitive::kJoin:
      return std::make_unique<JoinRendezvous>();
    default:
      return nullptr;
  }
}

std::unique_ptr<Rendezvous> make_rendezvous(const PartnerKind& kind) {
  if (kind.primitive == Primitive::kConvoy) return make_convoy_rendezvous(kind.waiters);
  return kind.primitive < kFirstSyncPrimitive ? make_lock_rendezvous(kind.primitive)
                                              : make_signal_rendezvous(kind.primitive);
}

}  // namespace plumbline::workloads

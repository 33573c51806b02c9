// Locks: the partner holds, the worker asks. What can be said in the standard library's words is;
// pthread's own are for what it cannot say.
#include <pthread.h>
#include <time.h>

#include <mutex>
#include <shared_mutex>

#include "workloads/clock.h"
#include "workloads/runner/rendezvous.h"

namespace plumbline::workloads {
namespace {

class MutexRendezvous final : public Rendezvous {
 public:
  void prepare() override { mutex_.lock(); }
  void release(std::int64_t& release_ns) override {
    release_ns = monotonic_ns();
    mutex_.unlock();
  }
  void abandon() override { mutex_.unlock(); }
  void wait() override { mutex_.lock(); }
  void give_back() override { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

enum class PthreadMutexUse { kTimed, kAdaptive };

class PthreadMutexRendezvous final : public Rendezvous {
 public:
  explicit PthreadMutexRendezvous(PthreadMutexUse use) : use_(use) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    if (use == PthreadMutexUse::kAdaptive) {
      pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ADAPTIVE_NP);
    }
    pthread_mutex_init(&mutex_, &attributes);
    pthread_mutexattr_destroy(&attributes);
    clock_gettime(CLOCK_REALTIME, &deadline_);
    deadline_.tv_sec += kNeverSeconds;
  }
  ~PthreadMutexRendezvous() override { pthread_mutex_destroy(&mutex_); }

  void prepare() override { pthread_mutex_lock(&mutex_); }
  void release(std::int64_t& release_ns) override {
    release_ns = monotonic_ns();
    pthread_mutex_unlock(&mutex_);
  }
  void abandon() override { pthread_mutex_unlock(&mutex_); }
  void wait() override {
    if (use_ == PthreadMutexUse::kTimed) {
      pthread_mutex_timedlock(&mutex_, &deadline_);
    } else {
      pthread_mutex_lock(&mutex_);
    }
  }
  void give_back() override { pthread_mutex_unlock(&mutex_); }

 private:
  static constexpr time_t kNeverSeconds = 7 * 86'400;  // no run is as long

  const PthreadMutexUse use_;
  pthread_mutex_t mutex_;
  timespec deadline_{};
};

class RwlockRendezvous final : public Rendezvous {
 public:
  explicit RwlockRendezvous(bool worker_writes) : worker_writes_(worker_writes) {}

  void prepare() override { lock(!worker_writes_); }
  void release(std::int64_t& release_ns) override {
    release_ns = monotonic_ns();
    unlock(!worker_writes_);
  }
  void abandon() override { unlock(!worker_writes_); }
  void wait() override { lock(worker_writes_); }
  void give_back() override { unlock(worker_writes_); }

 private:
  void lock(bool to_write) {
    if (to_write) {
      mutex_.lock();
    } else {
      mutex_.lock_shared();
    }
  }
  void unlock(bool to_write) {
    if (to_write) {
      mutex_.unlock();
    } else {
      mutex_.unlock_shared();
    }
  }

  const bool worker_writes_;
  std::shared_mutex mutex_;
};

class SpinRendezvous final : public Rendezvous {
 public:
  SpinRendezvous() { pthread_spin_init(&lock_, PTHREAD_PROCESS_PRIVATE); }
  ~SpinRendezvous() override { pthread_spin_destroy(&lock_); }

  void prepare() override { pthread_spin_lock(&lock_); }
  void release(std::int64_t& release_ns) override {
    release_ns = monotonic_ns();
    pthread_spin_unlock(&lock_);
  }
  void abandon() override { pthread_spin_unlock(&lock_); }
  void wait() override { pthread_spin_lock(&lock_); }
  void give_back() override { pthread_spin_unlock(&lock_); }

 private:
  pthread_spinlock_t lock_;
};

}  // namespace

std::unique_ptr<Rendezvous> make_lock_rendezvous(Primitive primitive) {
  switch (primitive) {
    case Primitive::kMutex:
      return std::make_unique<MutexRendezvous>();
    case Primitive::kTimedMutex:
      return std::make_unique<PthreadMutexRendezvous>(PthreadMutexUse::kTimed);
    case Primitive::kAdaptiveMutex:
      return std::make_unique<PthreadMutexRendezvous>(PthreadMutexUse::kAdaptive);
    case Primitive::kRwlockRead:
      return std::make_unique<RwlockRendezvous>(false);
    case Primitive::kRwlockWrite:
      return std::make_unique<RwlockRendezvous>(true);
    case Primitive::kSpin:
      return std::make_unique<SpinRendezvous>();
    default:
      return nullptr;
  }
}

}  // namespace plumbline::workloads

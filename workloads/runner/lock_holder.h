// The other side of a lock wait: a thread that holds a mutex before the worker asks for it, and
// gives it back at a moment that the worker names.
//
// One for each lock step that a worker's request can have, so that none has to be made ready
// within a request.
// Thread rule: the public functions are for the one worker that owns it.
// Failure rule: std::system_error when the thread cannot be made.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>

#include "workloads/runner/semaphore.h"

namespace plumbline::workloads {

class LockHolder {
 public:
  // Starts the thread `holder-NUMBER`, which takes the mutex.
  explicit LockHolder(std::size_t number);
  ~LockHolder();
  LockHolder(const LockHolder&) = delete;
  LockHolder& operator=(const LockHolder&) = delete;

  // One turn: claim, release_at, lock mutex(), release_ns, unlock, rearm.

  // False while the holder has not taken the mutex yet; else the turn has begun.
  bool try_claim() { return armed_.try_wait(); }
  void claim() { armed_.wait(); }

  // Tells the holder when to give the mutex back, on CLOCK_MONOTONIC. Wakes it; does not wait.
  void release_at(std::int64_t monotonic_ns) {
    until_ns_ = monotonic_ns;
    go_.post();
  }

  std::mutex& mutex() { return mutex_; }

  // When it gave the mutex back. To be read with the mutex held.
  std::int64_t release_ns() const { return release_ns_; }

  // Lets the holder take the mutex again.
  void rearm() { arm_.post(); }

 private:
  void hold_by_turns(std::size_t number);

  std::mutex mutex_;
  Semaphore arm_, armed_, go_;
  std::int64_t until_ns_ = 0;    // handed over by go_
  std::int64_t release_ns_ = 0;  // guarded by mutex_
  std::atomic<bool> ending_{false};
  std::thread thread_;  // last: it uses what stands above
};

}  // namespace plumbline::workloads

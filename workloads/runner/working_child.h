// A child process that computes until it is told, and ends: what a worker's waitpid waits for.
//
// The two share a page; the child logs its end there. It is forked from the worker's thread, with
// all that a profiler has put into the process, and calls nothing but clocks.
// Thread rule: its worker alone. Failure rule: std::system_error when it cannot be forked.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace plumbline::workloads {

class WorkingChild {
 public:
  WorkingChild() = default;
  ~WorkingChild();
  WorkingChild(const WorkingChild&) = delete;
  WorkingChild& operator=(const WorkingChild&) = delete;

  // What each child gives back before it works: else the end of a large one is part of the wait.
  void gives_back(std::span<std::byte> memory) { given_back_ = memory; }

  void start();
  void end_at(std::int64_t monotonic_ns) {
    page_->end_ns.store(monotonic_ns, std::memory_order_release);
  }
  bool wait();  // the call that blocks; false: it did not end as it should
  std::int64_t release_ns() const { return page_->release_ns.load(std::memory_order_acquire); }

 private:
  // Between two processes: atomics, since nothing else orders them before the child is gone.
  struct Page {
    std::atomic<std::int64_t> end_ns;  // 0: not known yet
    std::atomic<std::int64_t> release_ns;
  };

  [[noreturn]] static void work(Page& page, std::span<std::byte> given_back);

  std::span<std::byte> given_back_;
  Page* page_ = nullptr;
  pid_t pid_ = -1;
};

}  // namespace plumbline::workloads

// A convoy: the partner holds a mutex, others sleep in its queue, and the worker comes last.
//
// The queue is the kernel's: who sleeps in it is woken in the order in which it came, and whoever
// gets the mutex keeps it for its part of the wait and then says when it let go. A signal that
// interrupts one of them sends it to the end of the queue, behind the worker: the worker's truth is
// the stamp of whoever let go last before it, so it stays true, and the wait is shorter.
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "analysis/io/file_descriptor.h"
#include "workloads/clock.h"
#include "workloads/runner/rendezvous.h"
#include "workloads/runner/semaphore.h"
#include "workloads/runner/thread_identity.h"

namespace plumbline::workloads {
namespace {

constexpr std::int64_t kLookAgainNs = 20'000;

// By the kernel's own word: nothing in the process could tell that a thread is in the queue.
bool sleeps(pid_t tid) {
  const std::string path = "/proc/self/task/" + std::to_string(tid) + "/stat";
  const io::FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 64> line{};  // the number, the name in brackets, the state
  const ssize_t size = read(file.number(), line.data(), line.size());
  const std::string_view text(line.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  return text.find(") S ") != std::string_view::npos;
}

struct Convoy {
  std::mutex mutex;
  std::int64_t hold_ns = 0;            // each but the first; handed over with the mutex
  std::int64_t* release_ns = nullptr;  // of the turn; guarded by mutex
  std::atomic<bool> ending{false};
};

// One who waits before the worker.
class Waiter {
 public:
  explicit Waiter(Convoy& convoy) : convoy_(convoy), thread_([this] { run(); }) { known_.wait(); }
  ~Waiter() {
    go_.post();
    thread_.join();
  }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  // Returns when it sleeps in the queue.
  void enqueue() {
    asks_.store(false, std::memory_order_relaxed);  // go_ orders it
    go_.post();
    while (!asks_.load(std::memory_order_acquire) || !sleeps(tid_)) sleep_for(kLookAgainNs);
    in_turn_ = true;
  }
  // Returns when it has been through.
  void await_end() {
    if (in_turn_) done_.wait();
    in_turn_ = false;
  }

 private:
  void run() {
    set_thread_identity("partner-queue");
    tid_ = static_cast<pid_t>(syscall(SYS_gettid));
    known_.post();
    for (;;) {
      go_.wait();
      if (convoy_.ending.load(std::memory_order_acquire)) return;
      asks_.store(true, std::memory_order_release);
      convoy_.mutex.lock();
      sleep_for(convoy_.hold_ns);
      *convoy_.release_ns = monotonic_ns();
      convoy_.mutex.unlock();
      done_.post();
    }
  }

  Convoy& convoy_;
  Semaphore known_, go_, done_;
  std::atomic<bool> asks_{false};
  bool in_turn_ = false;  // the partner's
  pid_t tid_ = 0;         // handed over by known_
  std::thread thread_;    // last: it uses what stands above
};

class ConvoyRendezvous final : public Rendezvous {
 public:
  explicit ConvoyRendezvous(std::int64_t waiters) : parts_(waiters) {
    for (std::int64_t i = 1; i < waiters; ++i) {
      before_.push_back(std::make_unique<Waiter>(convoy_));
    }
  }
  ~ConvoyRendezvous() override { convoy_.ending.store(true, std::memory_order_release); }

  void prepare() override {
    for (const auto& waiter : before_) waiter->await_end();
    convoy_.mutex.lock();
    for (const auto& waiter : before_) waiter->enqueue();
  }
  std::int64_t until_release_ns(std::int64_t duration_ns) override {
    convoy_.hold_ns = duration_ns / parts_;
    return duration_ns - (parts_ - 1) * convoy_.hold_ns;
  }
  void release(std::int64_t& release_ns) override {
    convoy_.release_ns = &release_ns;
    release_ns = monotonic_ns();
    convoy_.mutex.unlock();
  }
  void abandon() override {
    convoy_.hold_ns = 0;
    convoy_.release_ns = &nobodys_ns_;
    convoy_.mutex.unlock();
    for (const auto& waiter : before_) waiter->await_end();
  }
  void wait() override { convoy_.mutex.lock(); }
  void give_back() override { convoy_.mutex.unlock(); }

 private:
  const std::int64_t parts_;  // of the wait: one holder's each
  std::int64_t nobodys_ns_ = 0;
  Convoy convoy_;
  std::vector<std::unique_ptr<Waiter>> before_;  // last: they use what stands above
};

}  // namespace

std::unique_ptr<Rendezvous> make_convoy_rendezvous(std::int64_t waiters) {
  return std::make_unique<ConvoyRendezvous>(waiters);
}

}  // namespace plumbline::workloads

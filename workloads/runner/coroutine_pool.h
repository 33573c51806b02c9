// Requests as coroutines that change threads: each turn of one is on the next worker's thread.
//
// One for a run; the workers are its threads. A worker begins its own requests, `in_flight` at a
// time; after each segment a request is suspended, its spans open, and goes to the next worker.
// So the n-th turn of a request is on a worker that is known before the run.
// Thread rule: `run` is called by each worker once; a queue is guarded by its mutex.
// Failure rule: io::InputError when a partner failed; the other workers then end too.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "workloads/runner/flight.h"
#include "workloads/runner/semaphore.h"
#include "workloads/runner/worker.h"
#include "workloads/schedule.h"
#include "workloads/spec.h"

namespace plumbline::workloads {

class CoroutinePool {
 public:
  CoroutinePool(const Spec& spec, const Schedule& schedule);
  ~CoroutinePool();
  CoroutinePool(const CoroutinePool&) = delete;
  CoroutinePool& operator=(const CoroutinePool&) = delete;

  // Until all requests of all workers are done.
  void run(const WorkerPlace& place, StepRunner& runner);

  // Room for what one worker can have to write down.
  LedgerRecorder make_recorder() const;

 private:
  struct Item {
    std::unique_ptr<Flight> flight;
    std::size_t owner = 0;  // the worker that began it
  };
  struct Seat {
    std::mutex mutex;
    std::deque<Item> queue;  // guarded by mutex
    Semaphore calls;         // one for each reason to look: an item, or an own request that ended
    std::atomic<std::int64_t> in_flight{0};
  };

  void work(const WorkerPlace& place, StepRunner& runner);
  void push(std::size_t seat, Item item);
  static Item pop(Seat& seat);
  void finish(const Item& item);
  void call_all();
  bool over() const;

  const Spec& spec_;
  const Schedule& schedule_;
  const std::vector<Program> programs_;
  std::vector<std::unique_ptr<Seat>> seats_;
  std::atomic<std::int64_t> requests_left_;
  std::atomic<bool> failed_{false};
};

}  // namespace plumbline::workloads

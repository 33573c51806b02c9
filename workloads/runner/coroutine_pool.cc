#include "workloads/runner/coroutine_pool.h"

#include <utility>

#include "workloads/runner/coroutine_flight.h"

namespace plumbline::workloads {

CoroutinePool::CoroutinePool(const Spec& spec, const Schedule& schedule)
    : spec_(spec),
      schedule_(schedule),
      programs_(make_programs(spec)),
      requests_left_(request_count(spec)) {
  for (std::size_t i = 0; i < schedule.workers.size(); ++i) {
    seats_.push_back(std::make_unique<Seat>());
  }
}

CoroutinePool::~CoroutinePool() = default;

void CoroutinePool::run(const WorkerPlace& place, StepRunner& runner) {
  try {
    work(place, runner);
  } catch (...) {
    failed_.store(true, std::memory_order_relaxed);  // the calls order it
    call_all();
    throw;
  }
}

LedgerRecorder CoroutinePool::make_recorder() const {
  std::size_t records = 1;
  for (const std::vector<ScheduledRequest>& requests : schedule_.workers) {
    for (const ScheduledRequest& request : requests) {
      // Each record's turn may have a stretch, and a wait for the turn.
      records +=
          3 * static_cast<std::size_t>(records_of_request(spec_.endpoints[request.endpoint])) + 2;
    }
  }
  return {records, records};
}

void CoroutinePool::work(const WorkerPlace& place, StepRunner& runner) {
  static const ScheduledRequest kNone{};
  Seat& own = *seats_[place.number];
  const std::size_t next_seat = (place.number + 1) % seats_.size();
  auto next = place.requests.begin();
  own.calls.post();
  while (!over()) {
    if (!own.calls.try_wait()) runner.set_up(kNone, [&own] { own.calls.wait(); });
    while (own.in_flight.load(std::memory_order_relaxed) < spec_.in_flight &&
           next != place.requests.end()) {
      runner.wait_for_partners(*next);
      own.in_flight.fetch_add(1, std::memory_order_relaxed);
      push(place.number,
           {std::make_unique<CoroutineFlight>(*next, programs_[next->endpoint]), place.number});
      ++next;
    }
    Item item = pop(own);
    if (item.flight == nullptr) continue;
    if (item.flight->take_turn(runner)) {
      push(next_seat, std::move(item));
    } else {
      finish(item);
    }
  }
}

void CoroutinePool::push(std::size_t seat, Item item) {
  {
    const std::lock_guard<std::mutex> lock(seats_[seat]->mutex);
    seats_[seat]->queue.push_back(std::move(item));
  }
  seats_[seat]->calls.post();
}

CoroutinePool::Item CoroutinePool::pop(Seat& seat) {
  const std::lock_guard<std::mutex> lock(seat.mutex);
  if (seat.queue.empty()) return {};
  Item item = std::move(seat.queue.front());
  seat.queue.pop_front();
  return item;
}

void CoroutinePool::finish(const Item& item) {
  Seat& owner = *seats_[item.owner];
  owner.in_flight.fetch_sub(1, std::memory_order_relaxed);  // the call orders it
  owner.calls.post();
  if (requests_left_.fetch_sub(1, std::memory_order_acq_rel) == 1) call_all();
}

void CoroutinePool::call_all() {
  for (const auto& seat : seats_) seat->calls.post();
}

bool CoroutinePool::over() const {
  return failed_.load(std::memory_order_relaxed) ||
         requests_left_.load(std::memory_order_acquire) == 0;
}

}  // namespace plumbline::workloads

#include "workloads/runner/worker.h"

#include <exception>
#include <thread>
#include <utility>

#include "workloads/clock.h"
#include "workloads/runner/coroutine_pool.h"
#include "workloads/runner/interleaving.h"
#include "workloads/runner/thread_identity.h"
#include "workloads/runner/thread_totals.h"

namespace plumbline::workloads {
namespace {

std::unique_ptr<Companion> make_companion(const WorkerPlace& place, const CpuSpeeds& speeds) {
  if (!needs_companion(place.spec)) return nullptr;
  return std::make_unique<Companion>(
      place.spec, place.partners,
      make_recorder(place.spec, place.requests.data(), place.requests.size()), place.full, speeds,
      "pool" + place.name.substr(place.name.find('-')));
}

}  // namespace

LedgerRecorder make_recorder(const Spec& spec, const ScheduledRequest* requests,
                             std::size_t count) {
  // Think time, work, partners that were not ready, a companion or thread that was waited for.
  constexpr std::size_t kSetupRecords = 5;
  std::vector<std::size_t> of_endpoint;
  for (const Endpoint& endpoint : spec.endpoints) {
    // Where requests take turns, each segment lies in a stretch of its own.
    const std::size_t records = static_cast<std::size_t>(records_of_request(endpoint));
    of_endpoint.push_back((spec.executor == Executor::kThreads ? records : 2 * records) +
                          kSetupRecords);
  }
  std::size_t records = 0;
  for (std::size_t i = 0; i < count; ++i) records += of_endpoint[requests[i].endpoint];
  return {records, records};
}

Worker::Worker(const WorkerPlace& place)
    : place_(place),
      speeds_(measure_speeds()),
      recorder_(place.pool != nullptr
                    ? place.pool->make_recorder()
                    : make_recorder(place.spec, place.requests.data(), place.requests.size())),
      companion_(make_companion(place, speeds_)),
      runner_(place.spec, place.partners, recorder_, place.full, speeds_, companion_.get()) {}

void Worker::run() {
  const ThreadTotals totals(runner_.run_queue());
  begin_ns_ = monotonic_ns();
  switch (place_.spec.executor) {
    case Executor::kThreads:
      run_one_by_one();
      break;
    case Executor::kNewThreads:
      run_on_new_threads();
      break;
    case Executor::kPool:
      run_in_pool();
      break;
    case Executor::kEventLoop:
      run_in_event_loop(place_, runner_);
      break;
    case Executor::kCoroutines:
      run_in_coroutines(place_, runner_);
      break;
    case Executor::kCoroutinePool:
      place_.pool->run(place_, runner_);
      break;
  }
  totals.write_to(totals_);
}

std::vector<LedgerThread> Worker::finish() {
  std::vector<LedgerThread> threads;
  totals_.name = place_.name;
  recorder_.move_to(totals_);
  threads.push_back(std::move(totals_));
  if (companion_) threads.push_back(companion_->finish());
  for (LedgerThread& thread : ended_threads_) threads.push_back(std::move(thread));
  return threads;
}

// Thinking, or until the next arrival is due; a request that is late comes at once. Then the work
// that no span covers.
void Worker::wait_before(const ScheduledRequest& request) {
  std::int64_t wait_ns = request.think_ns;
  if (place_.spec.interval_ns > 0) {
    wait_ns = begin_ns_ + requests_begun_ * place_.spec.interval_ns - monotonic_ns();
  }
  ++requests_begun_;
  runner_.think(request, wait_ns);
  if (place_.spec.between) runner_.work(request, *place_.spec.between);
}

void Worker::wait_for_companion(const ScheduledRequest& request, std::size_t at_most) {
  if (!companion_ || companion_->outstanding() <= at_most) return;
  runner_.set_up(request, [&] {
    while (companion_->outstanding() > at_most) companion_->wait_for_one();
  });
}

void Worker::run_one_by_one() {
  for (const ScheduledRequest& request : place_.requests) {
    // It only ends sooner what is worthless anyway.
    if (place_.stop.load(std::memory_order_relaxed)) break;
    wait_before(request);
    runner_.wait_for_partners(request);
    runner_.run_request(request);
    wait_for_companion(request, 0);
    runner_.rearm_partners(request);
  }
}

void Worker::run_on_new_threads() {
  for (const ScheduledRequest& request : place_.requests) {
    if (place_.stop.load(std::memory_order_relaxed)) break;
    wait_before(request);
    runner_.wait_for_partners(request);
    run_on_new_thread(request);
    runner_.rearm_partners(request);
  }
}

void Worker::run_on_new_thread(const ScheduledRequest& request) {
  LedgerRecorder recorder = make_recorder(place_.spec, &request, 1);
  LedgerThread result;
  std::exception_ptr failure;
  runner_.set_up(request, [&] {
    std::thread thread([&] {
      set_thread_identity("request");
      StepRunner runner(place_.spec, place_.partners, recorder, place_.full, speeds_);
      const ThreadTotals totals(runner.run_queue());
      try {
        runner.run_request(request);
      } catch (...) {
        failure = std::current_exception();
      }
      totals.write_to(result);
    });
    thread.join();
  });
  if (failure) std::rethrow_exception(failure);
  recorder.move_to(result);
  result.name = "request";
  ended_threads_.push_back(std::move(result));
}

void Worker::run_in_pool() {
  const ScheduledRequest* last = nullptr;
  for (const ScheduledRequest& request : place_.requests) {
    if (place_.stop.load(std::memory_order_relaxed)) break;
    last = &request;
    wait_before(request);
    wait_for_companion(request, static_cast<std::size_t>(place_.spec.in_flight) - 1);
    submit_to_pool(request);
  }
  if (last != nullptr) wait_for_companion(*last, 0);
}

// The root span is active here for as long as it takes to hand it over, as in a server that reads
// a request and submits it.
void Worker::submit_to_pool(const ScheduledRequest& request) {
  HandedSpan handed = runner_.begin_request(request);
  const plumbline::SpanContext context = handed.span.GetContext();
  StepRunner::Stretch stretch = runner_.begin_stretch(request, 0);
  {
    const plumbline::Scope scope = plumbline::ActivateContext(context);
    (void)plumbline::CaptureContext();  // from here on it queues
  }
  runner_.end_stretch(stretch, context.span_id);
  companion_->submit(std::move(handed));
}

}  // namespace plumbline::workloads

// The executors work through the same flat program of an endpoint; they differ in who leaves and
// enters the spans.
#include "workloads/runner/interleaving.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "workloads/clock.h"
#include "workloads/runner/coroutine_flight.h"
#include "workloads/runner/flight.h"

namespace plumbline::workloads {
namespace {

class EventLoopFlight final : public Flight {
 public:
  using Flight::Flight;

 private:
  bool turn() override {
    while (next_is(Operation::Kind::kBegin)) begin_span();
    if (next_is(Operation::Kind::kSegment)) {
      const plumbline::SpanContext& context = open_.back().span.GetContext();
      StepRunner::Stretch stretch = runner().begin_stretch(request_, open_.back().number);
      {
        const plumbline::Scope scope = plumbline::ActivateContext(context);
        run_segment();
      }
      runner().end_stretch(stretch, context.span_id);
    }
    while (next_is(Operation::Kind::kEnd)) end_span();
    return !finished();
  }

  struct OpenSpan {
    std::uint8_t number;
    std::int64_t begin_ns;
    plumbline::Span span;
  };

  void begin_span() {
    const Operation& operation = take(true);
    const std::int64_t begin_ns = monotonic_ns();
    plumbline::StartSpanOptions options;
    if (!open_.empty()) options.parent = open_.back().span.GetContext();
    open_.push_back({Program::number(operation), begin_ns,
                     runner().tracer().StartSpan(program_.span_name(operation), options)});
  }

  void end_span() {
    take(false);
    OpenSpan& open = open_.back();
    const std::uint64_t span_id = open.span.GetContext().span_id;
    open.span.End();
    runner().append_split_span(request_, open.number, open.begin_ns, span_id);
    open_.pop_back();
  }

  std::vector<OpenSpan> open_;
};

template <typename SomeFlight>
void run_interleaved(const WorkerPlace& place, StepRunner& runner) {
  const std::vector<Program> programs = make_programs(place.spec);
  std::deque<std::unique_ptr<Flight>> flights;
  auto next = place.requests.begin();
  while (!place.stop.load(std::memory_order_relaxed)) {
    while (flights.size() < static_cast<std::size_t>(place.spec.in_flight) &&
           next != place.requests.end()) {
      runner.wait_for_partners(*next);
      flights.push_back(std::make_unique<SomeFlight>(*next, programs[next->endpoint]));
      ++next;
    }
    if (flights.empty()) return;
    std::unique_ptr<Flight> flight = std::move(flights.front());
    flights.pop_front();
    if (flight->take_turn(runner)) {
      flights.push_back(std::move(flight));
    } else {
      runner.rearm_partners(flight->request());
    }
  }
}

}  // namespace

void run_in_event_loop(const WorkerPlace& place, StepRunner& runner) {
  run_interleaved<EventLoopFlight>(place, runner);
}

void run_in_coroutines(const WorkerPlace& place, StepRunner& runner) {
  run_interleaved<CoroutineFlight>(place, runner);
}

}  // namespace plumbline::workloads

// Both executors work through the same flat program of an endpoint; they differ in who leaves and
// enters the spans.
#include "workloads/runner/interleaving.h"

#include <plumbline/coroutine.h>

#include <coroutine>
#include <cstddef>
#include <deque>
#include <exception>
#include <list>
#include <memory>
#include <utility>
#include <vector>

#include "workloads/clock.h"

namespace plumbline::workloads {
namespace {

struct Operation {
  enum class Kind { kBegin, kSegment, kEnd } kind;
  const Step* step;  // null: the root span
};

void append_program(const std::vector<Step>& steps, std::vector<Operation>& program) {
  for (const Step& step : steps) {
    for (std::int64_t turn = 0; turn < step.repeat; ++turn) {
      if (step.span.empty()) {
        program.push_back({Operation::Kind::kSegment, &step});
        continue;
      }
      program.push_back({Operation::Kind::kBegin, &step});
      append_program(step.steps, program);
      program.push_back({Operation::Kind::kEnd, &step});
    }
  }
}

struct Program {
  const Endpoint* endpoint;
  std::vector<Operation> operations;

  const std::string& span_name(const Operation& operation) const {
    return operation.step == nullptr ? endpoint->name : operation.step->span;
  }
  static std::uint8_t number(const Operation& operation) {
    return operation.step == nullptr ? std::uint8_t{0} : operation.step->number;
  }
};

std::vector<Program> make_programs(const Spec& spec) {
  std::vector<Program> programs;
  for (const Endpoint& endpoint : spec.endpoints) {
    Program& program = programs.emplace_back(Program{&endpoint, {}});
    program.operations.push_back({Operation::Kind::kBegin, nullptr});
    append_program(endpoint.steps, program.operations);
    program.operations.push_back({Operation::Kind::kEnd, nullptr});
  }
  return programs;
}

// A request in flight. Its amounts are in the order of its begins and segments.
class Flight {
 public:
  Flight(const ScheduledRequest& request, const Program& program, StepRunner& runner)
      : request_(request), program_(program), runner_(runner) {}
  virtual ~Flight() = default;
  Flight(const Flight&) = delete;
  Flight& operator=(const Flight&) = delete;

  // One segment, and the span ends behind it. False: it was the last.
  virtual bool take_turn() = 0;

  const ScheduledRequest& request() const { return request_; }

 protected:
  bool next_is(Operation::Kind kind) const {
    return next_ < program_.operations.size() && program_.operations[next_].kind == kind;
  }
  const Operation& take(bool has_amount) {
    next_amount_ += has_amount ? 1 : 0;
    return program_.operations[next_++];
  }
  void run_segment() {
    const Operation& operation = take(true);
    runner_.run_segment(request_, *operation.step, request_.amounts[next_amount_ - 1]);
  }
  bool finished() const { return next_ == program_.operations.size(); }

  const ScheduledRequest& request_;
  const Program& program_;
  StepRunner& runner_;

 private:
  std::size_t next_ = 0;
  std::size_t next_amount_ = 0;
};

class EventLoopFlight final : public Flight {
 public:
  using Flight::Flight;

  bool take_turn() override {
    while (next_is(Operation::Kind::kBegin)) begin_span();
    if (next_is(Operation::Kind::kSegment)) {
      const plumbline::SpanContext& context = open_.back().span.GetContext();
      StepRunner::Stretch stretch = runner_.begin_stretch(request_, open_.back().number);
      {
        const plumbline::Scope scope = plumbline::ActivateContext(context);
        run_segment();
      }
      runner_.end_stretch(stretch, context.span_id);
    }
    while (next_is(Operation::Kind::kEnd)) end_span();
    return !finished();
  }

 private:
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
                     runner_.tracer().StartSpan(program_.span_name(operation), options)});
  }

  void end_span() {
    take(false);
    OpenSpan& open = open_.back();
    const std::uint64_t span_id = open.span.GetContext().span_id;
    open.span.End();
    runner_.append_split_span(request_, open.number, open.begin_ns, span_id);
    open_.pop_back();
  }

  std::vector<OpenSpan> open_;
};

// A coroutine that is begun by its first resumption and kept until its owner destroys it.
struct Routine {
  struct promise_type : plumbline::CoroutineScopes {
    Routine get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    auto initial_suspend() { return Begin(std::suspend_always{}); }
    auto final_suspend() noexcept { return End(std::suspend_always{}); }
    void return_void() {}
    void unhandled_exception() { failure = std::current_exception(); }

    std::exception_ptr failure;
  };

  std::coroutine_handle<promise_type> handle;
};

class CoroutineFlight final : public Flight {
 public:
  CoroutineFlight(const ScheduledRequest& request, const Program& program, StepRunner& runner)
      : Flight(request, program, runner), routine_(serve()) {}
  ~CoroutineFlight() override { routine_.handle.destroy(); }

  bool take_turn() override {
    StepRunner::Stretch stretch = runner_.begin_stretch(request_, 0);
    routine_.handle.resume();
    stretch.record.step = turn_number_;
    runner_.end_stretch(stretch, turn_span_id_);
    if (routine_.handle.promise().failure) {
      std::rethrow_exception(routine_.handle.promise().failure);
    }
    return !routine_.handle.done();
  }

 private:
  struct OpenSpan {
    OpenSpan(const plumbline::Tracer& tracer, const std::string& name, std::uint8_t step)
        : begin_ns(monotonic_ns()), number(step), span(tracer.StartActiveSpan(name)) {}
    std::int64_t begin_ns;
    std::uint8_t number;
    plumbline::ActiveSpan span;
  };

  Routine serve() {
    std::list<OpenSpan> open;  // they stay where they are
    while (!finished()) {
      while (next_is(Operation::Kind::kBegin)) {
        const Operation& operation = take(true);
        open.emplace_back(runner_.tracer(), program_.span_name(operation),
                          Program::number(operation));
      }
      turn_number_ = open.back().number;
      turn_span_id_ = open.back().span.GetContext().span_id;
      if (next_is(Operation::Kind::kSegment)) run_segment();
      while (next_is(Operation::Kind::kEnd)) {
        take(false);
        const std::uint8_t number = open.back().number;
        const std::int64_t begin_ns = open.back().begin_ns;
        const std::uint64_t span_id = open.back().span.GetContext().span_id;
        open.pop_back();
        runner_.append_split_span(request_, number, begin_ns, span_id);
      }
      if (!finished()) co_await std::suspend_always{};
    }
  }

  std::uint8_t turn_number_ = 0;  // of the innermost span of the last turn, and its identity
  std::uint64_t turn_span_id_ = 0;
  Routine routine_;
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
      flights.push_back(std::make_unique<SomeFlight>(*next, programs[next->endpoint], runner));
      ++next;
    }
    if (flights.empty()) return;
    std::unique_ptr<Flight> flight = std::move(flights.front());
    flights.pop_front();
    if (flight->take_turn()) {
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

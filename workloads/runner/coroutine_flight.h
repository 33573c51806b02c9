// A request as a C++20 coroutine: its spans stay open in it while it is suspended.
//
// Made by interleaving.cc, where it goes on on the same thread, and by coroutine_pool.cc, where it
// goes on on another.
// Thread rule: as Flight. Failure rule: what a segment throws comes out of its turn.
#pragma once

#include <plumbline/coroutine.h>

#include <coroutine>
#include <exception>
#include <list>
#include <string>

#include "workloads/clock.h"
#include "workloads/runner/flight.h"

namespace plumbline::workloads {

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
  CoroutineFlight(const ScheduledRequest& request, const Program& program)
      : Flight(request, program), routine_(serve()) {}
  ~CoroutineFlight() override { routine_.handle.destroy(); }

 private:
  bool turn() override {
    StepRunner::Stretch stretch = runner().begin_stretch(request_, 0);
    routine_.handle.resume();
    stretch.record.step = turn_number_;
    runner().end_stretch(stretch, turn_span_id_);
    if (routine_.handle.promise().failure) {
      std::rethrow_exception(routine_.handle.promise().failure);
    }
    return !routine_.handle.done();
  }

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
        open.emplace_back(runner().tracer(), program_.span_name(operation),
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
        runner().append_split_span(request_, number, begin_ns, span_id);
      }
      if (!finished()) co_await std::suspend_always{};
    }
  }

  std::uint8_t turn_number_ = 0;  // of the innermost span of the last turn, and its identity
  std::uint64_t turn_span_id_ = 0;
  Routine routine_;
};

}  // namespace plumbline::workloads

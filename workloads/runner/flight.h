// A request that is worked off in turns, a segment each; between them it is on no thread.
//
// Made by interleaving.cc and coroutine_pool.cc from the flat program of its endpoint, which lives
// longer. What a turn does with the open spans is the derived class's matter.
// Thread rule: one turn at a time; each may be on another thread. Failure rule: as the segments.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "workloads/runner/step_runner.h"
#include "workloads/schedule.h"
#include "workloads/spec.h"

namespace plumbline::workloads {

struct Operation {
  enum class Kind { kBegin, kSegment, kEnd } kind;
  const Step* step;  // null: the root span
};

inline void append_program(const std::vector<Step>& steps, std::vector<Operation>& program) {
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

inline std::vector<Program> make_programs(const Spec& spec) {
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
  Flight(const ScheduledRequest& request, const Program& program)
      : request_(request), program_(program) {}
  virtual ~Flight() = default;
  Flight(const Flight&) = delete;
  Flight& operator=(const Flight&) = delete;

  // One segment on the runner's thread, and the span ends behind it. False: it was the last.
  bool take_turn(StepRunner& runner) {
    runner_ = &runner;
    return turn();
  }

  const ScheduledRequest& request() const { return request_; }

 protected:
  virtual bool turn() = 0;
  StepRunner& runner() const { return *runner_; }

  bool next_is(Operation::Kind kind) const {
    return next_ < program_.operations.size() && program_.operations[next_].kind == kind;
  }
  const Operation& take(bool has_amount) {
    next_amount_ += has_amount ? 1 : 0;
    return program_.operations[next_++];
  }
  void run_segment() {
    const Operation& operation = take(true);
    runner_->run_segment(request_, *operation.step, request_.amounts[next_amount_ - 1]);
  }
  bool finished() const { return next_ == program_.operations.size(); }

  const ScheduledRequest& request_;
  const Program& program_;

 private:
  StepRunner* runner_ = nullptr;  // of the turn
  std::size_t next_ = 0;
  std::size_t next_amount_ = 0;
};

}  // namespace plumbline::workloads

#include "workloads/runner/companion.h"

#include <utility>

#include "workloads/clock.h"
#include "workloads/runner/thread_identity.h"
#include "workloads/runner/thread_totals.h"

namespace plumbline::workloads {

Companion::Companion(const Spec& spec, Partners& partners, LedgerRecorder recorder, bool full,
                     const CpuSpeeds& speeds, std::string name)
    : spec_(spec),
      partners_(partners),
      recorder_(std::move(recorder)),
      full_(full),
      speeds_(speeds),
      name_(std::move(name)),
      thread_([this] { run(); }) {}

Companion::~Companion() { end_thread(); }

void Companion::submit(HandedSpan handed) {
  {
    const std::lock_guard<std::mutex> lock(shared_.mutex);
    shared_.queue.push_back(std::move(handed));
  }
  ++outstanding_;
  shared_.handed.post();
}

std::int64_t Companion::wait_for_one() {
  shared_.ended.wait();
  --outstanding_;
  const std::lock_guard<std::mutex> lock(shared_.mutex);
  if (failure_) std::rethrow_exception(failure_);
  const std::int64_t end_ns = shared_.ends_ns.front();
  shared_.ends_ns.pop_front();
  return end_ns;
}

LedgerThread Companion::finish() {
  end_thread();
  if (failure_) std::rethrow_exception(failure_);
  recorder_.move_to(result_);
  result_.name = name_;
  return std::move(result_);
}

void Companion::end_thread() {
  if (!thread_.joinable()) return;
  shared_.handed.post();  // with nothing in the queue: the end
  thread_.join();
}

void Companion::run() {
  set_thread_identity(name_);
  StepRunner runner(spec_, partners_, recorder_, full_, speeds_);
  const ThreadTotals totals(runner.run_queue());
  for (;;) {
    shared_.handed.wait();
    HandedSpan handed;
    {
      const std::lock_guard<std::mutex> lock(shared_.mutex);
      if (shared_.queue.empty()) break;
      handed = std::move(shared_.queue.front());
      shared_.queue.pop_front();
    }
    work_off(runner, handed);
  }
  totals.write_to(result_);
}

void Companion::work_off(StepRunner& runner, HandedSpan& handed) {
  const bool whole_request = handed.number == 0;
  std::exception_ptr failure;
  try {
    if (whole_request) runner.wait_for_partners(*handed.request);
    runner.run_handed(handed);
    if (whole_request) runner.rearm_partners(*handed.request);
  } catch (...) {
    failure = std::current_exception();
  }
  {
    const std::lock_guard<std::mutex> lock(shared_.mutex);
    if (failure) failure_ = failure;
    shared_.ends_ns.push_back(monotonic_ns());
  }
  shared_.ended.post();
}

}  // namespace plumbline::workloads

// A request's time is spent in segments; between them lie only clock reads, the span calls and the
// append of a record. Whatever could wait is done between requests.
#include "workloads/runner/worker.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "workloads/clock.h"

namespace plumbline::workloads {
namespace {

std::int64_t voluntary_switches() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nvcsw;
}

}  // namespace

Worker::Worker(const Spec& spec, Partners& partners, LedgerRecorder& recorder, bool full)
    : spec_(spec),
      partners_(partners),
      recorder_(recorder),
      full_(full),
      tracer_("workload"),
      segments_(partners, run_queue_, full),
      unclaimed_holders_(partners.holder_count()) {
  totals_.tid = static_cast<std::int32_t>(syscall(SYS_gettid));
}

void Worker::run(const std::vector<ScheduledRequest>& requests, const std::atomic<bool>& stop) {
  const std::int64_t switches = voluntary_switches();
  const std::int64_t run_queue_ns = run_queue_.read_ns();
  const std::int64_t cpu_ns = thread_cpu_ns();
  totals_.begin_ns = monotonic_ns();
  for (const ScheduledRequest& request : requests) {
    if (stop.load(std::memory_order_relaxed)) break;  // only ends sooner what is worthless anyway
    request_ = &request;
    think();
    wait_for_holders();
    run_request();
  }
  totals_.end_ns = monotonic_ns();
  totals_.cpu_ns = thread_cpu_ns() - cpu_ns;
  totals_.run_delay_ns = run_queue_between(run_queue_ns, run_queue_.read_ns());
  totals_.voluntary_switches = voluntary_switches() - switches;
}

LedgerRecord Worker::new_record(LedgerKind kind, std::uint8_t step) const {
  LedgerRecord record{};
  record.request = request_->number;
  record.endpoint = request_->endpoint;
  record.step = step;
  record.kind = kind;
  return record;
}

void Worker::think() {
  if (request_->think_ns == 0) return;
  LedgerRecord record = new_record(LedgerKind::kSetup, 0);
  record.intended_ns = request_->think_ns;
  segments_.sleep(request_->think_ns, record);
  recorder_.append(record);
}

void Worker::wait_for_holders() {
  std::size_t ready = 0;
  while (ready < unclaimed_holders_ && partners_.holder(ready).try_claim()) ++ready;
  if (ready < unclaimed_holders_) {
    LedgerRecord record = new_record(LedgerKind::kSetup, 0);
    segments_.begin_wait(record);
    for (; ready < unclaimed_holders_; ++ready) partners_.holder(ready).claim();
    segments_.end_wait(record);
    recorder_.append(record);
  }
  unclaimed_holders_ = 0;
}

void Worker::run_request() {
  const Endpoint& endpoint = spec_.endpoints[request_->endpoint];
  segments_.begin_request();
  run_span(endpoint.name, endpoint.steps, 0);
  unclaimed_holders_ = segments_.holders_used();
  for (std::size_t i = 0; i < unclaimed_holders_; ++i) partners_.holder(i).rearm();
}

void Worker::run_span(const std::string& name, const std::vector<Step>& steps,
                      std::uint8_t number) {
  // A root span's ends are outside every span, where a reading disturbs nothing.
  const bool reads_run_queue = number == 0 || full_;
  LedgerRecord record = new_record(LedgerKind::kSpan, number);
  const std::int64_t run_queue_ns = reads_run_queue ? run_queue_.read_ns() : -1;
  std::uint64_t span_id = 0;
  record.c0_ns = thread_cpu_ns();
  record.t0_ns = monotonic_ns();
  {
    const plumbline::ActiveSpan span = tracer_.StartActiveSpan(name);
    span_id = span.GetContext().span_id;
    run_steps(steps);
  }
  record.t1_ns = monotonic_ns();
  record.c1_ns = thread_cpu_ns();
  record.detail = reads_run_queue ? run_queue_between(run_queue_ns, run_queue_.read_ns()) : -1;
  recorder_.append_span(record, span_id);
}

void Worker::run_steps(const std::vector<Step>& steps) {
  for (const Step& step : steps) {
    if (step.span.empty()) {
      run_segment(step);
    } else {
      run_span(step.span, step.steps, step.number);
    }
  }
}

void Worker::run_segment(const Step& step) {
  LedgerRecord record = new_record(step.segment.kind, step.number);
  const std::int64_t amount = request_->amounts[step.number];
  if (segments_.run(step.segment, amount, record)) recorder_.append(record);
}

}  // namespace plumbline::workloads

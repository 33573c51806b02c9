#include "workloads/runner/step_runner.h"

#include <utility>

#include "workloads/clock.h"
#include "workloads/runner/companion.h"

namespace plumbline::workloads {

StepRunner::StepRunner(const Spec& spec, Partners& partners, LedgerRecorder& recorder, bool full,
                       const CpuSpeeds& speeds, Companion* companion)
    : spec_(spec),
      partners_(partners),
      recorder_(recorder),
      full_(full),
      companion_(companion),
      tracer_("workload"),
      segments_(partners, run_queue_, full, speeds) {}

LedgerRecord StepRunner::new_record(const ScheduledRequest& request, LedgerKind kind,
                                    std::uint8_t step) {
  LedgerRecord record{};
  record.request = request.number;
  record.endpoint = request.endpoint;
  record.step = step;
  record.kind = kind;
  return record;
}

void StepRunner::think(const ScheduledRequest& request, std::int64_t duration_ns) {
  if (duration_ns <= 0) return;
  LedgerRecord record = new_record(request, LedgerKind::kSetup, 0);
  record.intended_ns = duration_ns;
  segments_.sleep(duration_ns, record);
  recorder_.append(record);
}

void StepRunner::work(const ScheduledRequest& request, const Segment& segment) {
  LedgerRecord record = new_record(request, LedgerKind::kSetup, 0);
  segments_.run(segment, segment.iterations > 0 ? segment.iterations : segment.duration_ns, record);
  record.kind = LedgerKind::kSetup;
  record.detail = -1;
  recorder_.append(record);
}

void StepRunner::wait_for_partners(const ScheduledRequest& request) {
  bool ready = true;
  std::vector<StepPartners>& steps = partners_.of_endpoint(request.endpoint);
  for (StepPartners& step : steps) {
    for (WaitPartner* partner : step.turns) ready = partner->try_claim() && ready;
  }
  if (ready) return;
  set_up(request, [&steps] {
    for (StepPartners& step : steps) {
      for (WaitPartner* partner : step.turns) partner->claim();
    }
  });
}

void StepRunner::rearm_partners(const ScheduledRequest& request) {
  for (StepPartners& step : partners_.of_endpoint(request.endpoint)) {
    for (WaitPartner* partner : step.turns) partner->rearm();
  }
}

void StepRunner::run_request(const ScheduledRequest& request) {
  const Endpoint& endpoint = spec_.endpoints[request.endpoint];
  request_ = &request;
  next_amount_ = 1;  // [0] is the root span's
  run_span(endpoint.name, endpoint.steps, 0);
}

HandedSpan StepRunner::begin_request(const ScheduledRequest& request) {
  const Endpoint& endpoint = spec_.endpoints[request.endpoint];
  HandedSpan handed{&request, &endpoint.steps, 1, 0, monotonic_ns(), {}};
  handed.span = tracer_.StartSpan(endpoint.name);
  return handed;
}

void StepRunner::run_handed(HandedSpan& handed) {
  request_ = handed.request;
  next_amount_ = handed.first_amount;
  const std::uint64_t span_id = handed.span.GetContext().span_id;
  Stretch stretch = begin_stretch(*request_, handed.number);
  {
    const plumbline::Scope scope = plumbline::ActivateContext(handed.span.GetContext());
    run_steps(*handed.steps);
  }
  end_stretch(stretch, span_id);
  handed.span.End();
  append_split_span(*request_, handed.number, handed.begin_ns, span_id);
}

StepRunner::Stretch StepRunner::begin_stretch(const ScheduledRequest& request,
                                              std::uint8_t step) const {
  Stretch stretch{new_record(request, LedgerKind::kStretch, step), run_queue_.read_ns()};
  stretch.record.c0_ns = thread_cpu_ns();
  stretch.record.t0_ns = monotonic_ns();
  return stretch;
}

void StepRunner::end_stretch(Stretch& stretch, std::uint64_t span_id) {
  stretch.record.t1_ns = monotonic_ns();
  stretch.record.c1_ns = thread_cpu_ns();
  stretch.record.detail = run_queue_between(stretch.run_queue_ns, run_queue_.read_ns());
  recorder_.append_span(stretch.record, span_id);
}

void StepRunner::append_split_span(const ScheduledRequest& request, std::uint8_t step,
                                   std::int64_t begin_ns, std::uint64_t span_id) {
  LedgerRecord record = new_record(request, LedgerKind::kSpan, step);
  record.t0_ns = begin_ns;
  record.t1_ns = monotonic_ns();
  record.detail = step == 0 ? 0 : -1;
  recorder_.append_span(record, span_id);
}

void StepRunner::run_span(const std::string& name, const std::vector<Step>& steps,
                          std::uint8_t number) {
  // A root span's ends are outside every span, where a reading disturbs nothing.
  const bool reads_run_queue = number == 0 || full_;
  LedgerRecord record = new_record(*request_, LedgerKind::kSpan, number);
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

void StepRunner::run_steps(const std::vector<Step>& steps) {
  for (const Step& step : steps) {
    for (std::int64_t turn = 0; turn < step.repeat; ++turn) {
      const std::int64_t amount = request_->amounts[next_amount_++];
      if (step.span.empty()) {
        run_segment(*request_, step, amount);
      } else if (step.hand_over != HandOver::kNone) {
        hand_over(step);
      } else {
        run_span(step.span, step.steps, step.number);
      }
    }
  }
}

void StepRunner::hand_over(const Step& step) {
  HandedSpan handed{request_, &step.steps, next_amount_, step.number, monotonic_ns(), {}};
  handed.span = tracer_.StartSpan(step.span);
  next_amount_ += static_cast<std::size_t>(count_amounts(step.steps));
  if (step.hand_over == HandOver::kParentGoesOn) {
    companion_->submit(std::move(handed));
    return;
  }
  LedgerRecord record = new_record(*request_, LedgerKind::kSync, step.number);
  segments_.begin_wait(record);
  companion_->submit(std::move(handed));
  record.release_ns = companion_->wait_for_one();
  segments_.end_wait(record);
  recorder_.append(record);
}

void StepRunner::run_segment(const ScheduledRequest& request, const Step& step,
                             std::int64_t amount) {
  LedgerRecord record = new_record(request, step.segment.kind, step.number);
  if (!segments_.run(step.segment, amount, record)) return;
  recorder_.append(record);
  if (step.segment.hold_ns == 0) return;
  LedgerRecord held = new_record(request, LedgerKind::kSync, step.number);
  segments_.hold(step.segment, held);
  recorder_.append(held);
}

}  // namespace plumbline::workloads

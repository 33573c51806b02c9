#include "harness/oracle/kernel_tracer.h"

#include <algorithm>

#include "harness/oracle/trace_pages.h"

namespace plumbline::harness::oracle {

KernelTracer::KernelTracer()
    : waking_(tracefs_.layout_of("sched/sched_waking", {"pid"})),
      wakeup_(tracefs_.layout_of("sched/sched_wakeup", {"pid"})),
      calls_{tracefs_.layout_of("raw_syscalls/sys_enter", {"id", "args"}),
             tracefs_.layout_of("raw_syscalls/sys_exit", {"id", "ret"})},
      wake_ups_(tracefs_, {"sched/sched_waking", "sched/sched_wakeup"}),
      rings_(calls_) {}

KernelTrace KernelTracer::finish() {
  wake_ups_.stop();
  KernelTrace trace;
  for (const std::string& bytes : rings_.finish()) read_perf_records(bytes, calls_, trace);
  add_wake_ups(trace);
  std::stable_sort(
      trace.events.begin(), trace.events.end(),
      [](const KernelEvent& a, const KernelEvent& b) { return a.when_ns < b.when_ns; });
  return trace;
}

void KernelTracer::add_wake_ups(KernelTrace& trace) {
  for (const std::string& pages : wake_ups_.read_pages(trace.losses)) {
    const TraceEntries found = read_trace_pages(pages, TraceInstance::page_bytes());
    if (found.gaps != 0) trace.losses["gaps in the trace of wake-ups"] += found.gaps;
    for (const TraceEntry& entry : found.entries) {
      const auto type = waking_.value_of<std::uint16_t>(entry.record, 0);
      const bool waking = type == waking_.id;
      if (!waking && type != wakeup_.id) continue;
      const EventLayout& layout = waking ? waking_ : wakeup_;
      trace.events.push_back(
          {.when_ns = entry.when_ns,
           .tid = layout.value_of<std::int32_t>(entry.record, layout.offsets.at("pid")),
           .kind = waking ? KernelEventKind::kWaking : KernelEventKind::kEnqueued});
    }
  }
}

}  // namespace plumbline::harness::oracle

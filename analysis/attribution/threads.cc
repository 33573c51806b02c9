#include "analysis/attribution/threads.h"

namespace plumbline::analysis {

namespace {

CallTotals& totals_of(ThreadRow& row, format::Operation operation) {
  return row.calls[static_cast<std::size_t>(operation)];
}

}  // namespace

std::vector<ThreadRow> threads_of(const Recording& recording, const Partition& partition) {
  std::vector<ThreadRow> rows(recording.threads.size());
  for (const Segment& segment : partition.segments) rows[segment.thread].time += segment.parts;
  const WaitTable& waits = recording.waits;
  for (Index i = 0; i < waits.size(); ++i) {
    CallTotals& totals = totals_of(rows[waits.thread[i]], waits.operation[i]);
    ++totals.blocked;
    totals.wall_ns += waits.end[i].wall_ns - waits.begin[i].wall_ns;
    totals.cpu_ns += waits.end[i].cpu_ns - waits.begin[i].cpu_ns;
  }
  const CallSumsTable& sums = recording.call_sums;
  for (Index i = 0; i < sums.size(); ++i) {
    CallTotals& totals = totals_of(rows[sums.thread[i]], sums.operation[i]);
    totals.not_blocked += sums.calls[i];
    totals.wall_ns += sums.wall_ns[i];
    totals.cpu_ns += sums.cpu_ns[i];
  }
  return rows;
}

}  // namespace plumbline::analysis

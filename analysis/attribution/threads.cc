#include "analysis/attribution/threads.h"

#include <algorithm>

namespace plumbline::analysis {

namespace {

CallTotals& totals_of(ThreadRow& row, format::Operation operation) {
  return row.calls[static_cast<std::size_t>(operation)];
}

// A row without time has no segment yet: none is empty.
void add_segment(ThreadRow& row, const Segment& segment) {
  const bool first = row.first_edge_ns == row.last_edge_ns;
  row.first_edge_ns = first ? segment.begin_ns : std::min(row.first_edge_ns, segment.begin_ns);
  row.last_edge_ns = first ? segment.end_ns : std::max(row.last_edge_ns, segment.end_ns);
  row.time += segment.parts;
}

std::uint64_t switches_between(const std::vector<Event>& events) {
  if (events.empty()) return 0;
  const std::uint32_t first = events.front().edge.voluntary_switches;
  std::uint32_t most = first;
  for (const Event& event : events) most = std::max(most, event.edge.voluntary_switches);
  return most - first;
}

}  // namespace

std::vector<ThreadRow> threads_of(const Recording& recording, const Partition& partition) {
  std::vector<ThreadRow> rows(recording.threads.size());
  for (const Segment& segment : partition.segments) add_segment(rows[segment.thread], segment);
  for (Index i = 0; i < rows.size(); ++i) {
    rows[i].voluntary_switches = switches_between(recording.events[i]);
  }
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

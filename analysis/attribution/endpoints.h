// Time by endpoint: every span's time under the endpoint of its local root.
//
// Used by `plumbline endpoints`, by the harness and by tests. Nothing is scaled or estimated here:
// the rows and the time of no span add up to the threads' time to the nanosecond, in every
// category (check_totals).
// Thread rule: pure. Failure: none; spans without a known root are under "<unknown>", those whose
// root never ended under "<unfinished>".
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "analysis/attribution/partition.h"

namespace plumbline::analysis {

template <class Number>
using ByCategory = std::array<Number, format::kCategoryCount>;

struct EndpointRow {
  Index name = kEmptyName;                 // row of Recording::names
  std::uint64_t requests = 0;              // local roots that ended
  std::uint64_t spans = 0;                 // of their traces, in this process
  TimeParts time;                          // on threads: self time of all its spans
  std::int64_t uncovered_ns = 0;           // its requests were open, but active on no thread
  std::int64_t elapsed_ns = 0;             // of its requests, start to end
  std::vector<std::int64_t> latencies_ns;  // of its requests, start to end, ascending
  ByCategory<std::uint64_t> blocked_waits{};
  ByCategory<std::uint64_t> calls_without_blocking{};
  ByCategory<std::int64_t> cpu_in_calls_ns{};  // inside hooked calls, blocking or not; in `time`
  // Contexts of its spans that were handed to a thread, and how long until it took them up. This is
  // beside `time`: threads may have done anything meanwhile.
  std::uint64_t hand_overs = 0;
  std::int64_t queued_ns = 0, longest_queue_ns = 0;

  // With what was spent on no thread as `other: not_on_any_thread`. Percents are of its wall.
  TimeParts time_and_uncovered() const;
  // Of the requests' elapsed time, nearest rank: the smallest that at least `percent` of them do
  // not exceed; 100: the largest. 0 without requests.
  std::int64_t percentile_ns(std::size_t percent) const;

  // As if they were of one recording. The name stays.
  EndpointRow& operator+=(const EndpointRow& more);
};

struct EndpointTable {
  std::vector<EndpointRow> rows;  // one for each endpoint that has spans, by row of its name
  EndpointRow no_span;            // what threads did outside every span
};

EndpointTable endpoints_of(const Recording& recording, const Partition& partition);

// Do the tables account for the threads' time?
struct TotalsCheck {
  TimeParts threads;  // summed over the segments of all threads
  TimeParts tables;   // summed over all rows and `no_span`, without the uncovered time
  bool agree() const { return threads == tables; }
};

TotalsCheck check_totals(const Partition& partition, const EndpointTable& endpoints);

}  // namespace plumbline::analysis

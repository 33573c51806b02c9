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
  Index name = kEmptyName;              // row of Recording::names
  std::uint64_t requests = 0;           // local roots that ended
  std::uint64_t spans = 0;              // of their traces, in this process
  TimeParts time;                       // on threads: self time of all its spans
  std::int64_t uncovered_ns = 0;        // its requests were open, but active on no thread
  std::int64_t elapsed_ns = 0;          // of its requests, start to end
  std::int64_t p50_ns = 0, p99_ns = 0;  // of the requests' elapsed time; nearest rank
  ByCategory<std::uint64_t> blocked_waits{};
  ByCategory<std::uint64_t> calls_without_blocking{};
  ByCategory<std::int64_t> cpu_in_calls_ns{};  // inside hooked calls, blocking or not; in `time`

  // With what was spent on no thread as `other: not_on_any_thread`. Percents are of its wall.
  TimeParts time_and_uncovered() const;
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

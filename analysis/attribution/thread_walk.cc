#include "analysis/attribution/thread_walk.h"

#include <algorithm>

namespace plumbline::analysis {

using format::Category;
using format::Edge;
using format::OtherReason;

namespace {

void add_other(TimeParts& parts, OtherReason reason, std::int64_t ns) {
  parts.other[index_of(reason)] += ns;
  parts.category[index_of(Category::kOther)] += ns;
}

// Growth of a counter, whose value afterwards is the higher of the two.
std::int64_t raise(std::int64_t& counter, std::int64_t value) {
  const std::int64_t before = counter;
  counter = std::max(before, value);
  return counter - before;
}

// The same for counters of 32 bits, which may wrap.
std::int64_t raise(std::uint32_t& counter, std::uint32_t value) {
  const auto growth = static_cast<std::int32_t>(value - counter);
  if (growth <= 0) return 0;
  counter = value;
  return growth;
}

const Edge& first_edge(const Recording& recording, const Event& event) {
  return event.wait == kNone ? event.edge : recording.waits.begin[event.wait];
}

}  // namespace

bool ThreadWalk::Growth::is_nothing() const {
  return wall_ns == 0 && cpu_ns == 0 && run_delay_ns == 0 && stolen_ns == 0;
}

void ThreadWalk::run() {
  const std::vector<Event>& events = recording_.events[thread_];
  if (events.empty()) return;
  cursor_ = first_edge(recording_, events.front());
  for (const Event& event : events) step(event);
}

void ThreadWalk::step(const Event& event) {
  switch (event.kind) {
    case EventKind::kThreadStart:
    case EventKind::kThreadEnd:
      run_to(event.edge, true);
      break;
    case EventKind::kScope:
      run_to(event.edge, true);
      innermost_ = event.span;
      break;
    case EventKind::kWait:
      wait_through(event.wait);
      break;
    case EventKind::kLoss:
      // Lost samples and span records leave the edges whole.
      if (event.lost_events > 0) {
        lose_to(event.edge);
      } else {
        run_to(event.edge, true);
      }
      innermost_ = event.span;
      break;
    case EventKind::kThreadState:
      if (event.wait != kNone) {
        wait_through(event.wait);
      } else {
        run_to(event.edge, false);
      }
      break;
  }
}

bool ThreadWalk::lies_before_cursor(const Edge& edge) {
  if (edge.wall_ns >= cursor_.wall_ns) return false;
  partition_.conservation.backwards_ns += cursor_.wall_ns - edge.wall_ns;
  return true;
}

// A stretch outside every hook.
void ThreadWalk::run_to(const Edge& edge, bool switches_known) {
  if (lies_before_cursor(edge)) return;
  const Growth growth = advance_to(edge);
  TimeParts parts;
  const bool may_have_blocked = growth.voluntary_switches > 0 || !switches_known;
  if (growth.rest_ns() <= 0 || !may_have_blocked) {
    parts.residual_ns = growth.rest_ns();
  } else if (growth.major_faults > 0 && growth.voluntary_switches <= growth.major_faults) {
    add_other(parts, OtherReason::kMajorFault, growth.rest_ns());
  } else {
    add_other(parts, OtherReason::kUninstrumentedWait, growth.rest_ns());
  }
  book(growth, parts, innermost_, kNone);
}

void ThreadWalk::wait_through(Index wait) {
  Conservation& conservation = partition_.conservation;
  const WaitTable& waits = recording_.waits;
  const Edge& begin = waits.begin[wait];
  const Edge& end = waits.end[wait];
  ++conservation.waits;
  if (waits.span[wait] != innermost_) ++conservation.owner_mismatches;
  if (begin.wall_ns < cursor_.wall_ns) {
    conservation.double_booked_ns += std::min(cursor_.wall_ns, end.wall_ns) - begin.wall_ns;
    if (end.wall_ns < cursor_.wall_ns) return;
  } else {
    run_to(begin, true);
  }
  const Growth growth = advance_to(end);
  TimeParts parts;
  // Measured by the snapshots at both ends, so it is the wait's own whatever its sign.
  parts.category[index_of(waits.category[wait])] = growth.rest_ns();
  book(growth, parts, waits.span[wait], wait);
}

// A stretch whose scopes and waits did not fit into the ring.
void ThreadWalk::lose_to(const Edge& edge) {
  if (lies_before_cursor(edge)) return;
  const Growth growth = advance_to(edge);
  TimeParts parts;
  if (growth.rest_ns() > 0) {
    add_other(parts, OtherReason::kLost, growth.rest_ns());
  } else {
    parts.residual_ns = growth.rest_ns();
  }
  book(growth, parts, kNone, kNone);
}

ThreadWalk::Growth ThreadWalk::advance_to(const Edge& edge) {
  return {.wall_ns = raise(cursor_.wall_ns, edge.wall_ns),
          .cpu_ns = raise(cursor_.cpu_ns, edge.cpu_ns),
          .run_delay_ns = raise(cursor_.run_delay_ns, edge.run_delay_ns),
          .stolen_ns = raise(cursor_.stolen_ns, edge.stolen_ns),
          .voluntary_switches = raise(cursor_.voluntary_switches, edge.voluntary_switches),
          .major_faults = raise(cursor_.major_faults, edge.major_faults)};
}

// `parts` holds the rest; the measured parts are added here.
void ThreadWalk::book(const Growth& growth, TimeParts parts, Index span, Index wait) {
  if (growth.is_nothing()) return;
  parts.category[index_of(Category::kCpu)] += growth.cpu_ns - growth.stolen_ns;
  parts.category[index_of(Category::kRunQueue)] += growth.run_delay_ns;
  add_other(parts, OtherReason::kStoppedOrStolen, growth.stolen_ns);
  partition_.segments.push_back({.thread = thread_,
                                 .span = span,
                                 .wait = wait,
                                 .begin_ns = cursor_.wall_ns - growth.wall_ns,
                                 .end_ns = cursor_.wall_ns,
                                 .parts = parts});
  if (span == kNone) {
    partition_.no_span += parts;
  } else if (!partition_.span_self.empty()) {  // empty: nobody asks (time_load.cc)
    partition_.span_self[span] += parts;
  }
  partition_.conservation.residual_ns += parts.residual_ns;
  partition_.conservation.residual_abs_ns += std::abs(parts.residual_ns);
}

}  // namespace plumbline::analysis

#include "profiler/session/own_cost.h"

namespace plumbline::session {

namespace {

// Rounded from what `./dev bench` shows on one machine, not calibrated at start: on another they
// are off by what that machine is faster or slower.
constexpr std::uint64_t kSignalNs = 20'000;        // a sample's gap less its handler: 9 to 28 us
constexpr std::uint64_t kScopeNs = 30;             // entering or leaving
constexpr std::uint64_t kSpanNs = 20;              // start, end, or endpoint
constexpr std::uint64_t kWaitNs = 700;             // stack and descriptor; without the clocks
constexpr std::uint64_t kSynchronisationNs = 600;  // system calls that read the clocks

std::uint64_t of_kind(const Totals& totals, capture::Kind kind) {
  return totals.recorded[static_cast<std::size_t>(kind)];
}

std::uint64_t edges_ns(const Totals& totals) {
  return of_kind(totals, capture::Kind::kScope) * kScopeNs +
         of_kind(totals, capture::Kind::kSpan) * kSpanNs +
         of_kind(totals, capture::Kind::kWait) * kWaitNs +
         totals.edges_synchronised * kSynchronisationNs;
}

}  // namespace

void OwnCostMeter::begin() {
  first_ = base::read_tick_anchor();
  process_before_ns_ = base::sys::clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

OwnCost OwnCostMeter::of(const Totals& totals) const {
  const base::TickAnchor now = base::read_tick_anchor();
  const double ns_per_tick = static_cast<double>(now.monotonic_ns - first_.monotonic_ns) /
                             static_cast<double>(now.ticks - first_.ticks);
  OwnCost cost;
  cost.drain_ns = base::thread_cpu_ns();
  cost.handlers_ns =
      static_cast<std::int64_t>(static_cast<double>(totals.handler_ticks) * ns_per_tick);
  cost.signals_ns = static_cast<std::int64_t>(totals.sample_signals * kSignalNs);
  cost.edges_ns = static_cast<std::int64_t>(edges_ns(totals));
  cost.process_ns = base::sys::clock_ns(CLOCK_PROCESS_CPUTIME_ID) - process_before_ns_;
  return cost;
}

void write_own_cost(const OwnCost& cost, ProcessRecords& records) {
  const auto add = [&](std::string_view key, std::int64_t ns) {
    records.add_counter(key, static_cast<std::uint64_t>(ns));
  };
  add("own.drain_ns", cost.drain_ns);
  add("own.handlers_ns", cost.handlers_ns);
  add("own.signals_ns", cost.signals_ns);
  add("own.edges_ns", cost.edges_ns);
  add("own.process_cpu_ns", cost.process_ns);
}

}  // namespace plumbline::session

#include "profiler/capture/edge_clock.h"

#include "profiler/base/counter.h"
#include "profiler/base/sys.h"

namespace plumbline::capture {

EdgeClockMode edge_clock_mode;

namespace {

constexpr int kTries = 16;
// Between the two readings of the counter around the clock: 50-90 ns, if nothing comes between.
constexpr std::int64_t kTightReadingNs = 200;
constexpr int kClockTries = 4;
// Off-CPU time below this cannot be a switch: out and in alone take longer. Above it the counters
// are read, which is right but costs two more system calls.
constexpr std::int64_t kShortestSwitchNs = 1500;
// How far the kernel's clock may lag behind ticks before it counts as stolen time: the spread of
// the clock's own system call.
constexpr std::int64_t kClockNoiseNs = 5000;
// A lag that a switch could explain, so that the kernel is asked whether there was one.
constexpr std::int64_t kSuspiciousLagNs = 20'000;

}  // namespace

void EdgeClock::begin(int tid, int schedstat_fd) {
  tid_ = tid;
  schedstat_fd_ = schedstat_fd;
  ring_.close();
  flag_ = base::SwitchFlag::of_this_thread();
  flag_refused_ = ring_wanted_ = false;
  Reading reading;
  read_clocks(reading);
  read_counters(reading);
  sync_ = reading.edge;
  last_wall_ns_ = sync_.wall_ns;
  last_cpu_ns_ = sync_.cpu_ns;
  tick_sync_ = reading.tick;
}

Edge EdgeClock::take_nested() {
  Reading reading{.edge = sync_};
  Edge& edge = reading.edge;
  read_clocks(reading);
  // The counters too: a wait between two nested edges shows by them only.
  Schedstat schedstat;
  if (read_schedstat(tid_, schedstat_fd_, schedstat)) edge.run_delay_ns = schedstat.run_delay_ns;
  rusage usage{};
  base::sys::getrusage(RUSAGE_THREAD, &usage);
  edge.voluntary_switches = static_cast<std::uint32_t>(usage.ru_nvcsw);
  edge.major_faults = static_cast<std::uint32_t>(usage.ru_majflt);
  edge.cpu_ns += edge.stolen_ns;
  base::add(figures_.nested);
  --depth_;
  return edge;
}

// True when there is a flag that may be believed. Rings are opened here: which witness is to be
// trusted is decided after the first threads have begun.
bool EdgeClock::may_arm() {
  const SwitchWitness witness = edge_clock_mode.witness.load(std::memory_order_acquire);
  if (witness == SwitchWitness::kRing && !ring_wanted_) {
    ring_wanted_ = true;
    flag_ = ring_.open() ? ring_.flag() : base::SwitchFlag();
    if (!ring_.is_open()) base::add(figures_.without_ring);
  }
  return witness != SwitchWitness::kNone && flag_.available() && !flag_refused_;
}

// The flag was cleared, is too old to be believed, or may not be used.
Edge EdgeClock::synchronise() {
  base::add(figures_.synchronisations);
  const bool by_flag = may_arm();
  Reading reading{.edge = sync_};
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const bool quiet = by_flag ? read_while_armed(reading) : read_between_equal_counts(reading);
    if (quiet) return settle(reading);
  }
  base::add(figures_.torn);
  return settle(reading);
}

// One snapshot: whatever happened between the first and the last read cleared the flag.
bool EdgeClock::read_while_armed(Reading& reading) {
  // A flag that only became too old is not armed again: that would hide a switch that falls
  // between the look at it and the write.
  const bool aged = flag_.armed();
  if (!aged) flag_.arm();
  read_clocks(reading);
  if (aged) {
    if (!flag_.armed()) return false;
    if (!flag_lied(reading)) return true;
    flag_.disarm();
    flag_refused_ = true;
    base::add(figures_.mistrusted);
  }
  if (may_have_switched(reading)) read_counters(reading);
  return flag_refused_ || flag_.armed();
}

// The same without the flag: the kernel's count of runs is equal before and after.
bool EdgeClock::read_between_equal_counts(Reading& reading) {
  read_clocks(reading);
  if (!may_have_switched(reading)) return true;
  Schedstat before;
  read_schedstat(tid_, schedstat_fd_, before);
  read_clocks(reading);
  read_counters(reading);
  return before.runs == runs_;
}

// An interrupt between counter and clock, or an exit to the host, clears no flag; but until the
// next synchronisation every edge would be late by it. So they are read again, and the tightest
// counts.
void EdgeClock::read_clocks(Reading& reading) {
  std::uint64_t least = ~std::uint64_t{0};
  for (int attempt = 0; attempt < kClockTries; ++attempt) {
    const std::int64_t cpu_ns = base::thread_cpu_ns();
    const std::uint64_t before = base::ticks();
    const std::int64_t wall_ns = base::monotonic_ns();
    const std::uint64_t width = base::ticks() - before;
    if (width >= least) continue;
    least = width;
    reading.edge.cpu_ns = cpu_ns;
    reading.tick = before;
    reading.edge.wall_ns = wall_ns;
    if (edge_clock_mode.scale.to_ns(width) <= kTightReadingNs) return;
  }
}

bool EdgeClock::may_have_switched(const Reading& reading) const {
  return reading.edge.wall_ns - reading.edge.cpu_ns - off_cpu_ns_ > kShortestSwitchNs;
}

// To be called right after read_clocks.
void EdgeClock::read_counters(Reading& reading) {
  Edge& edge = reading.edge;
  Schedstat schedstat;
  if (read_schedstat(tid_, schedstat_fd_, schedstat)) {
    edge.run_delay_ns = schedstat.run_delay_ns;
    if (schedstat.runs != runs_) reading.ran_throughout = false;
    runs_ = schedstat.runs;
  } else {
    reading.ran_throughout = false;
  }
  rusage usage{};
  base::sys::getrusage(RUSAGE_THREAD, &usage);
  edge.voluntary_switches = static_cast<std::uint32_t>(usage.ru_nvcsw);
  edge.major_faults = static_cast<std::uint32_t>(usage.ru_majflt);
  off_cpu_ns_ = edge.wall_ns - edge.cpu_ns;
}

// Kernels from 6.19 on may leave the flag standing over a wait that ends on the same CPU. Time
// that the hypervisor took looks alike; the count of runs tells them apart.
bool EdgeClock::flag_lied(const Reading& reading) const {
  const std::int64_t expected_ns =
      sync_.cpu_ns + edge_clock_mode.scale.to_ns(reading.tick - tick_sync_);
  if (expected_ns - (reading.edge.cpu_ns + sync_.stolen_ns) < kSuspiciousLagNs) return false;
  Schedstat schedstat;
  return read_schedstat(tid_, schedstat_fd_, schedstat) && schedstat.runs != runs_;
}

// Makes the snapshot the new synchronisation point; reported CPU and wall never go back.
Edge EdgeClock::settle(const Reading& reading) {
  Edge edge = reading.edge;
  edge.stolen_ns = sync_.stolen_ns;
  edge.cpu_ns += edge.stolen_ns;
  // What was reported, or had to be used, so far.
  std::int64_t least_cpu_ns = last_cpu_ns_;
  if (reading.ran_throughout) {
    least_cpu_ns = std::max(least_cpu_ns, sync_.cpu_ns + edge.wall_ns - sync_.wall_ns);
  }
  const std::int64_t lag_ns = least_cpu_ns - edge.cpu_ns;
  if (lag_ns > kClockNoiseNs) {
    edge.stolen_ns += lag_ns;
    edge.cpu_ns = least_cpu_ns;
  }
  edge.cpu_ns = std::max(edge.cpu_ns, last_cpu_ns_);
  edge.wall_ns = std::max(edge.wall_ns, last_wall_ns_);
  sync_ = edge;
  tick_sync_ = reading.tick;
  last_wall_ns_ = edge.wall_ns;
  last_cpu_ns_ = edge.cpu_ns;
  figures_.cpu_ns.store(edge.cpu_ns, std::memory_order_relaxed);
  figures_.stolen_ns.store(edge.stolen_ns, std::memory_order_relaxed);
  figures_.voluntary_switches.store(edge.voluntary_switches, std::memory_order_relaxed);
  figures_.major_faults.store(edge.major_faults, std::memory_order_relaxed);
  return edge;
}

Edge EdgeClock::remote_edge() const {
  constexpr int kNoFile = -1;  // schedstat_fd_ is in the owner's table
  Edge edge{};
  Schedstat before, after;
  for (int attempt = 0; attempt < 3; ++attempt) {
    read_schedstat(tid_, kNoFile, before);
    edge.cpu_ns = base::thread_cpu_ns(tid_);
    edge.wall_ns = base::monotonic_ns();
    if (!read_schedstat(tid_, kNoFile, after) || after.runs == before.runs) break;
  }
  edge.run_delay_ns = after.run_delay_ns;
  edge.stolen_ns = base::read(figures_.stolen_ns);
  edge.cpu_ns += edge.stolen_ns;
  // The thread may have reported more meanwhile, or the kernel no longer knows it.
  const std::int64_t reported_ns = base::read(figures_.cpu_ns);
  if (edge.cpu_ns < reported_ns) edge.cpu_ns = reported_ns;
  edge.voluntary_switches = base::read(figures_.voluntary_switches);
  edge.major_faults = base::read(figures_.major_faults);
  return edge;
}

}  // namespace plumbline::capture

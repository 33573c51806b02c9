#include "profiler/capture/edge_clock.h"

#include "profiler/base/counter.h"
#include "profiler/base/sys.h"

namespace plumbline::capture {

EdgeClockMode edge_clock_mode;

namespace {

constexpr int kTries = 16;
// Off-CPU time below this cannot be a switch: out and in alone take longer. Above it the counters
// are read, which is right but costs two more system calls.
constexpr std::int64_t kShortestSwitchNs = 1500;
// How far the kernel's clock may lag behind ticks before it counts as stolen time: the spread of
// the clock's own system call.
constexpr std::int64_t kClockNoiseNs = 1000;
// A lag that a switch could explain, so that the kernel is asked whether there was one.
constexpr std::int64_t kSuspiciousLagNs = 20'000;

}  // namespace

void EdgeClock::begin(int schedstat_fd) {
  schedstat_fd_ = schedstat_fd;
  flag_ = base::SwitchFlag::of_this_thread();
  flag_refused_ = false;
  sync_ = {};
  std::uint64_t tick = 0;
  read_clocks(sync_, tick);
  read_counters(sync_);
  last_wall_ns_ = sync_.wall_ns;
  last_cpu_ns_ = sync_.cpu_ns;
  tick_sync_ = tick;
}

Edge EdgeClock::take_nested() {
  Edge edge = sync_;
  std::uint64_t tick = 0;
  read_clocks(edge, tick);
  edge.cpu_ns += edge.stolen_ns;
  base::add(figures_.nested);
  --depth_;
  return edge;
}

// The flag was cleared, is too old to be believed, or may not be used.
Edge EdgeClock::synchronise() {
  base::add(figures_.synchronisations);
  const bool may_arm = flag_.available() && !flag_refused_ &&
                       edge_clock_mode.flag_trusted.load(std::memory_order_relaxed);
  Edge edge = sync_;
  std::uint64_t tick = 0;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const bool quiet =
        may_arm ? read_while_armed(edge, tick) : read_between_equal_counts(edge, tick);
    if (quiet) return settle(edge, tick);
  }
  base::add(figures_.torn);
  return settle(edge, tick);
}

// One snapshot: whatever happened between the first and the last read cleared the flag.
bool EdgeClock::read_while_armed(Edge& edge, std::uint64_t& tick) {
  // A flag that only became too old is not armed again: that would hide a switch that falls
  // between the look at it and the write.
  const bool aged = flag_.armed();
  if (!aged) flag_.arm();
  read_clocks(edge, tick);
  if (aged) {
    if (!flag_.armed()) return false;
    if (!flag_lied(edge, tick)) return true;
    flag_.disarm();
    flag_refused_ = true;
    base::add(figures_.mistrusted);
  }
  if (may_have_switched(edge)) read_counters(edge);
  return flag_refused_ || flag_.armed();
}

// The same without the flag: the kernel's count of runs is equal before and after.
bool EdgeClock::read_between_equal_counts(Edge& edge, std::uint64_t& tick) {
  read_clocks(edge, tick);
  if (!may_have_switched(edge)) return true;
  Schedstat before;
  read_schedstat(schedstat_fd_, before);
  read_clocks(edge, tick);
  read_counters(edge);
  return before.runs == runs_;
}

void EdgeClock::read_clocks(Edge& edge, std::uint64_t& tick) const {
  edge.cpu_ns = base::thread_cpu_ns();
  tick = base::ticks();
  edge.wall_ns = base::monotonic_ns();
}

bool EdgeClock::may_have_switched(const Edge& edge) const {
  return edge.wall_ns - edge.cpu_ns - off_cpu_ns_ > kShortestSwitchNs;
}

// To be called right after read_clocks: `edge.cpu_ns` is the kernel's own figure here.
void EdgeClock::read_counters(Edge& edge) {
  Schedstat schedstat;
  if (read_schedstat(schedstat_fd_, schedstat)) {
    edge.run_delay_ns = schedstat.run_delay_ns;
    runs_ = schedstat.runs;
  }
  rusage usage{};
  base::sys::getrusage(RUSAGE_THREAD, &usage);
  edge.voluntary_switches = static_cast<std::uint32_t>(usage.ru_nvcsw);
  edge.major_faults = static_cast<std::uint32_t>(usage.ru_majflt);
  off_cpu_ns_ = edge.wall_ns - edge.cpu_ns;
}

// Kernels from 6.19 on may leave the flag standing over a wait that ends on the same CPU. Time
// that the hypervisor took looks alike; the count of runs tells them apart.
bool EdgeClock::flag_lied(const Edge& edge, std::uint64_t tick) {
  const std::int64_t expected_ns = sync_.cpu_ns + edge_clock_mode.scale.to_ns(tick - tick_sync_);
  if (expected_ns - (edge.cpu_ns + sync_.stolen_ns) < kSuspiciousLagNs) return false;
  Schedstat schedstat;
  return read_schedstat(schedstat_fd_, schedstat) && schedstat.runs != runs_;
}

// Makes the snapshot the new synchronisation point; reported CPU and wall never go back.
Edge EdgeClock::settle(Edge edge, std::uint64_t tick) {
  edge.stolen_ns = sync_.stolen_ns;
  edge.cpu_ns += edge.stolen_ns;
  const std::int64_t lag_ns = last_cpu_ns_ - edge.cpu_ns;
  if (lag_ns > 0) edge.cpu_ns = last_cpu_ns_;
  if (lag_ns > kClockNoiseNs) edge.stolen_ns += lag_ns;
  if (edge.wall_ns < last_wall_ns_) edge.wall_ns = last_wall_ns_;
  sync_ = edge;
  tick_sync_ = tick;
  last_wall_ns_ = edge.wall_ns;
  last_cpu_ns_ = edge.cpu_ns;
  figures_.cpu_ns.store(edge.cpu_ns, std::memory_order_relaxed);
  figures_.stolen_ns.store(edge.stolen_ns, std::memory_order_relaxed);
  figures_.voluntary_switches.store(edge.voluntary_switches, std::memory_order_relaxed);
  figures_.major_faults.store(edge.major_faults, std::memory_order_relaxed);
  return edge;
}

Edge EdgeClock::remote_edge(int tid) const {
  Edge edge{};
  Schedstat before, after;
  for (int attempt = 0; attempt < 3; ++attempt) {
    read_schedstat(schedstat_fd_, before);
    edge.cpu_ns = base::thread_cpu_ns(tid);
    edge.wall_ns = base::monotonic_ns();
    if (!read_schedstat(schedstat_fd_, after) || after.runs == before.runs) break;
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

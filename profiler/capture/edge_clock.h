// The clock of one thread: wall, CPU and run-queue time as one snapshot.
//
// An edge is taken where a span is entered or left and where a wait begins or ends. While the
// switch flag (base/switch_flag.h, of the rseq area or of a switch ring) is still armed nothing can
// have happened since the last synchronisation but running, so wall and CPU are known values plus
// a tick difference (20 ns, no system call). Otherwise the clocks are read again, and read again
// until no switch fell between the reads: one after another, under contention, they were off by
// up to -5.4 ms.
//
// Edges nest when a handler of the program enters a hook in the middle of an edge. `depth_` guards
// the synchronisation point: an inner edge reads the clocks and stores nothing.
//
// CPU never goes back. Ticks include what the hypervisor took away, the kernel's clock does not:
// where the thread was not switched out (the flag stood, or the kernel counts no new run) and the
// kernel's clock still lags, the difference is `stolen_ns`: measured, not a remainder.
//
// Thread rule: owner thread only, except remote_edge. Signal rule: async-signal-safe.
// Failure: none; without schedstat the run queue reads 0, and the session says so.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "profiler/base/clock.h"
#include "profiler/base/switch_flag.h"
#include "profiler/base/switch_ring.h"
#include "profiler/capture/schedstat.h"
#include "profiler/format/record.h"

namespace plumbline::capture {

using format::Edge;

// What tells that a thread was switched out, once it has passed its self-test.
enum class SwitchWitness : std::uint8_t { kNone, kRseq, kRing };

inline constexpr std::size_t kModeAlignmentBytes = 4096;

// What all threads' clocks share. Set up by the session. A page of its own: where rings are used it
// is wiped in forked children, which have no rings any more, and a child may come by a bare
// system call that no one can catch.
struct alignas(kModeAlignmentBytes) EdgeClockMode {
  // Ticks after which the clocks are read although the flag still stands (1 ms): bounds how much
  // stolen time can be taken for CPU before the kernel's clock is asked. 0: no flag is looked at.
  std::atomic<std::uint64_t> max_age_ticks{0};
  // Set when the scale is known.
  std::atomic<SwitchWitness> witness{SwitchWitness::kNone};
  base::TickScale scale;
};
extern EdgeClockMode edge_clock_mode;

// Figures of one thread's clock for other threads to read. Written by the owner.
struct EdgeClockFigures {
  std::atomic<std::uint32_t> synchronisations{0};
  std::atomic<std::uint32_t> nested{0};
  std::atomic<std::uint32_t> torn{0};          // no quiet snapshot within the allowed tries
  std::atomic<std::uint32_t> mistrusted{0};    // the flag stood although the kernel had switched
  std::atomic<std::uint32_t> without_ring{0};  // 1: rings are the witness, and there is none
  // As of the last synchronisation, for remote_edge.
  std::atomic<std::int64_t> cpu_ns{0};
  std::atomic<std::int64_t> stolen_ns{0};
  std::atomic<std::uint32_t> voluntary_switches{0};
  std::atomic<std::uint32_t> major_faults{0};
};

class EdgeClock {
 public:
  // On the owner thread, `tid`, before any edge. `schedstat_fd` as open_schedstat gives it, or
  // negative; the clock does not close it.
  void begin(int tid, int schedstat_fd);
  // The last edge was taken. By the owner, or by any thread of the program once that is gone.
  void end() { ring_.close(); }
  // In a forked child, for the clocks of its parent: instead of end().
  void forget_ring() { ring_.forget(); }
  // By the control thread: the session has ended and no more edges are taken in it.
  void silence() const { ring_.silence(); }

  // The edge at which the thread became runnable for the first time, for one that has not blocked
  // since: it has run or queued all its life. Right after begin().
  Edge birth() const {
    Edge edge{};
    edge.wall_ns = sync_.wall_ns - sync_.cpu_ns - sync_.run_delay_ns;
    return edge;
  }

  Edge take() {
    if (depth_++ != 0) return take_nested();
    std::atomic_signal_fence(std::memory_order_seq_cst);
    const std::uint64_t age = base::ticks() - tick_sync_;
    Edge edge;
    if (flag_still_stands(age)) {
      const std::int64_t passed_ns = edge_clock_mode.scale.to_ns(age);
      edge = sync_;
      edge.wall_ns += passed_ns;
      edge.cpu_ns += passed_ns;
      last_wall_ns_ = edge.wall_ns;
      last_cpu_ns_ = edge.cpu_ns;
    } else {
      edge = synchronise();
    }
    std::atomic_signal_fence(std::memory_order_seq_cst);
    --depth_;
    return edge;
  }

  // The kernel's clocks, one behind the other, for a sample, which needs neither counters nor an
  // edge: a signal clears the flag, so that take() asks the kernel up to three times. The snapshot
  // stays as it is. Neither goes back behind the last edge (CPU: less its stolen time).
  struct Moment {
    std::int64_t wall_ns, cpu_ns;
  };
  Moment moment() const {
    const std::int64_t cpu_ns = base::thread_cpu_ns();
    return {std::max(base::monotonic_ns(), last_wall_ns_),
            std::max(cpu_ns, last_cpu_ns_ - sync_.stolen_ns)};
  }

  // CLOCK_MONOTONIC now: by ticks where that is possible. In step with take().
  std::int64_t now_ns() const {
    const std::uint64_t age = base::ticks() - tick_sync_;
    const bool fast = depth_ == 0 && flag_still_stands(age);
    return fast ? sync_.wall_ns + edge_clock_mode.scale.to_ns(age) : base::monotonic_ns();
  }

  // True inside take(): a handler that interrupted it must not rely on the snapshot.
  bool busy() const { return depth_ != 0; }

  // The thread's clocks as another thread reads them; not one snapshot while the thread runs. Its
  // voluntary switches and faults are those of its last synchronisation.
  Edge remote_edge() const;

  const EdgeClockFigures& figures() const { return figures_; }

 private:
  bool flag_still_stands(std::uint64_t age) const {
    // First the age: a forked child must not read a ring.
    return age < edge_clock_mode.max_age_ticks.load(std::memory_order_relaxed) &&
           flag_.available() && flag_.armed();
  }
  Edge take_nested();
  Edge synchronise();
  bool may_arm();
  // A snapshot being taken.
  struct Reading {
    Edge edge;  // edge.cpu_ns is the kernel's own figure
    std::uint64_t tick = 0;
    bool ran_throughout = true;  // not switched out since the last synchronisation
  };
  bool read_while_armed(Reading& reading);
  bool read_between_equal_counts(Reading& reading);
  static void read_clocks(Reading& reading);
  bool may_have_switched(const Reading& reading) const;
  void read_counters(Reading& reading);
  bool flag_lied(const Reading& reading) const;
  Edge settle(const Reading& reading);

  std::uint32_t depth_ = 0;
  bool flag_refused_ = false;  // mistrusted on this thread: the thread clock from here on
  int tid_ = 0;
  int schedstat_fd_ = -1;
  bool ring_wanted_ = false;  // opened, or refused
  base::SwitchFlag flag_;
  base::SwitchRing ring_;
  std::uint64_t tick_sync_ = 0;
  Edge sync_{};                    // the snapshot at tick_sync_
  std::int64_t last_wall_ns_ = 0;  // of the last edge given out
  std::int64_t last_cpu_ns_ = 0;
  std::int64_t off_cpu_ns_ = 0;  // wall - CPU when the counters were last read
  std::uint64_t runs_ = 0;       // times switched in, then
  EdgeClockFigures figures_;
};

}  // namespace plumbline::capture

// One thread's events, in order, to gapless segments of time.
//
// Used by partition.cc, once for each thread. Between two neighbouring edges lies one segment. Its
// CPU, run-queue and stolen time are differences of the kernel's counters; what is then left of
// wall is blocked time where a wait or a voluntary switch says so, and otherwise a signed residual.
//
// The cursor is the latest edge so far, each of its counters at the highest value so far. So an
// edge that lies before it, or a wait that overlaps it, can book nothing twice.
// Thread rule: one thread. Failure: none; what does not fit is counted in Conservation.
#pragma once

#include "analysis/attribution/partition.h"

namespace plumbline::analysis {

class ThreadWalk {
 public:
  ThreadWalk(const Recording& recording, Index thread, Partition& partition)
      : recording_(recording), thread_(thread), partition_(partition) {}

  void run();

 private:
  struct Growth {
    std::int64_t wall_ns, cpu_ns, run_delay_ns, stolen_ns;
    std::int64_t voluntary_switches, major_faults;
    // What no counter accounts for.
    std::int64_t rest_ns() const { return wall_ns - cpu_ns - run_delay_ns; }
    bool is_nothing() const;
  };

  void step(const Event& event);
  void run_to(const format::Edge& edge, bool switches_known);
  void wait_through(Index wait);
  void lose_to(const format::Edge& edge);
  bool lies_before_cursor(const format::Edge& edge);
  Growth advance_to(const format::Edge& edge);
  void book(const Growth& growth, TimeParts parts, Index span, Index wait);

  const Recording& recording_;
  const Index thread_;
  Partition& partition_;
  format::Edge cursor_{};
  Index innermost_ = kNone;
};

}  // namespace plumbline::analysis

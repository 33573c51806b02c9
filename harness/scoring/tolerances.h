// How far a figure may be from the truth and still pass: the default gate (README.md).
//
// One table for the whole harness, from which the gate's default entries are made
// (harness/gate/gate_rules.h); nothing else holds a limit.
// Thread rule: constants and pure functions. Failure: none.
#pragma once

#include <cstdint>
#include <string_view>

#include "profiler/format/category.h"

namespace plumbline::harness {

struct Tolerances {
  double wait_pct = 1;
  double wait_us_per_wait = 30;
  double cpu_pct = 1;
  double cpu_us_per_edge = 2;
  double run_queue_pct = 5;
  double run_queue_us_per_switch = 15;
  double zero_truth_ms = 1;
  double zero_truth_wall_pct = 0.1;
  double other_wall_pct = 1;  // where nothing uninstrumented was injected
  double residual_wall_pct = 0.1;
  double residual_us_per_wait = 2;
  double wrong_span_pct = 0.1;
  double no_span_pct = 0.5;
  double function_share_points = 1;
  double oracle_cpu_pct = 0.5;  // the kernel oracle against the ledger
  double oracle_wait_pct = 1;
  double oracle_edge_us = 3;      // of a segment, for each return to the CPU in it
  double oracle_inside_pct = 99;  // of the segments
  double vacuous_pct = 10;        // a tolerance above this share of the truth proves nothing
};

// The largest of what it names; what it does not name is 0.
struct Limit {
  double percent = 0;       // of the truth
  double us_per_event = 0;  // of an edge (cpu), else of a blocked wait
  double ms = 0;
  double wall_percent = 0;  // of the endpoint
};

Limit category_limit(const Tolerances& tolerances, format::Category category, bool zero_truth);
Limit residual_limit(const Tolerances& tolerances);

// What a cell is about, as means per run.
struct CellSize {
  double truth_ns = 0;  // middle of the interval
  double wall_ns = 0;   // of the endpoint
  double waits = 0;     // blocked, in the cell; of run queue and residual: in the endpoint
  double edges = 0;     // of the endpoint
};

// `category_id`: "residual" too.
double limit_ns(const Limit& limit, std::string_view category_id, const CellSize& size);

double category_tolerance_ns(const Tolerances& tolerances, format::Category category,
                             const CellSize& size);
double residual_tolerance_ns(const Tolerances& tolerances, double wall_ns, double waits);

// Whether a cell with this truth can prove anything with this tolerance.
bool is_vacuous(const Tolerances& tolerances, double truth_ns, double tolerance_ns);

}  // namespace plumbline::harness

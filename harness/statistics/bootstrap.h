// Bootstrap intervals of how much longer something takes: ratios of medians.
//
// Medians, since a slice of work that the host interrupted says nothing about the rest. Percentile
// intervals: those of 95 % cover in 93 to 95 % of 10 to 40 pairs (tests/harness/bootstrap_test.cc).
// Called by the overhead experiment and by tests/benchmarks/overhead_benchmark. The generator is
// our own and seeded: equal samples give equal intervals on every machine.
// Thread rule: pure functions. Failure: none; of too few values the interval is unbounded.
#pragma once

#include <cstdint>
#include <span>

#include "harness/statistics/intervals.h"

namespace plumbline::harness {

struct BootstrapPlan {
  double confidence = 0.95;
  int resamples = 2'000;
  std::uint64_t seed = 1;
};

struct RatioEstimate {
  double ratio = 0;
  Interval interval;
  double standard_error = 0;  // the resamples' standard deviation
};

// The middle value, or the mean of the two in the middle; 0 for an empty sample.
double median(std::span<const double> sample);

// Of pairs that were measured side by side: the median of `treated[i] / bare[i]`. What changes from
// round to round (the host's load, a CPU's clock) is in both and cancels. Equal sizes; bare > 0.
RatioEstimate paired_ratio(std::span<const double> treated, std::span<const double> bare,
                           const BootstrapPlan& plan = {});

// Of samples that have nothing to do with each other: median(treated) / median(bare). Bare > 0.
RatioEstimate ratio_of_medians(std::span<const double> treated, std::span<const double> bare,
                               const BootstrapPlan& plan = {});

}  // namespace plumbline::harness

// Whether the 95 % intervals of real runs cover in 95 %: each interval against runs that it has not
// seen.
//
// The true mean error of a cell is not known; what is known are more runs. The runs of a cell are
// cut into blocks of k, in their order in time, as an experiment of k runs would have met them. Of
// each block: the interval of the mean that `plumbline run` would have printed, mean +- t s /
// sqrt(k), against the mean of the other n - k runs. That mean has an error of its own, of variance
// s^2 / (n - k): so the interval is widened by sqrt(1 + k / (n - k)), and then the two differ by
// more in exactly 5 %, when runs are independent and normal. Blocks in time, not dealt at random:
// were the machine to drift between them, intervals would miss, as they would in use.
//
// Errors of real runs are not normal: most are next to nothing, and one in ten or twenty is not,
// when the host took the CPU. Intervals of runs that saw none of these are too narrow, by little:
// so it is also counted how many cover with a hundredth of their cell's tolerance added, since what
// is less than that decides no verdict.
//
// What none of it says: that the errors are centred on 0. Bias is what the verdicts are for.
// Called by `plumbline coverage`. Thread rule: pure functions. Failure: none.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "harness/results/results.h"

namespace plumbline::harness {

struct HeldOutInterval {
  std::string scenario, profiler, endpoint, category;
  std::int64_t block = 0;       // from 1
  Interval interval_ns;         // of the mean error, widened
  double held_out_mean_ns = 0;  // of the other runs
  double tolerance_ns = 0;      // of the cell

  // With so much added at either end.
  bool covers(double margin_ns = 0) const {
    return interval_ns.lo - margin_ns <= held_out_mean_ns &&
           held_out_mean_ns <= interval_ns.hi + margin_ns;
  }
};

struct IntervalCoverage {
  std::vector<HeldOutInterval> intervals;
  std::int64_t runs = 0;            // in all scenarios
  std::int64_t cells_left_out = 0;  // every run had the same error, or they are too few to hold out
  std::int64_t covered = 0;
  double share = 0;
  std::int64_t nearly_covered = 0;  // with a hundredth of the tolerance added
  Interval ci95;                    // Clopper-Pearson, as if intervals were independent
  // The cells of a block share its runs, and miss together: the mean over the blocks of what each
  // covers, and its 95 % interval (Student's t).
  Interval ci95_of_blocks;
};

// Cells of the same name are one, over all results in their order; block_runs >= 2.
IntervalCoverage interval_coverage(std::span<const Results> results, std::int64_t block_runs);

}  // namespace plumbline::harness

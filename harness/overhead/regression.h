// Whether a profiler costs more than it did in an earlier result.
//
// What is compared is the price of fixed work relative to the bare work of its own round, then and
// now: the machine's own speed of the day is in neither. Called by the overhead experiment at each
// of its looks, and by tests. Thread rule: pure functions. Failure: io::InputError for a result
// that cannot be a baseline.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/results/results.h"

namespace plumbline::harness {

// A third of what shall be found at the latest (5 %), and more than what two experiments of 20
// rounds differ by when nothing does.
inline constexpr double kDefaultRegressionPct = 2;

struct Baseline {
  std::vector<OverheadRow> rows;
  double max_ratio = 1 + kDefaultRegressionPct / 100;  // of now to then
};

// Throws when `earlier` has no overhead rows, or is of another machine.
Baseline baseline_of(const Results& earlier, const Environment& here, double max_ratio);

// The measure of these rows. `bare`, `profiled`: the medians of the ratio to bare, then and now.
inline constexpr const char* kChangeMeasure = "cpu, against the baseline";

// A row for each profiler and rate that both have.
std::vector<OverheadRow> score_regression(const std::vector<OverheadRow>& rows,
                                          const Baseline& baseline, double confidence,
                                          std::uint64_t seed);

}  // namespace plumbline::harness

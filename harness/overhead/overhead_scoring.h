// From rounds of slices to rows: by how much each profiler changed each measure, and whether that
// is within a limit.
//
// Called by the overhead experiment at each of its looks. A limit holds for the CPU of fixed work
// under the built-in profiler; everything else informs.
// Thread rule: pure functions. Failure: none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/overhead/slice_costs.h"
#include "harness/results/results.h"

namespace plumbline::harness {

// All rounds of one treatment, in the order of the rounds.
struct TreatedRounds {
  std::string profiler;
  double rate_hz = 0;
  std::vector<SliceCosts> bare, profiled;  // equally many
};

struct OverheadRules {
  std::string scenario;
  std::optional<double> max_ratio;  // none: nothing is judged
  double confidence = 0.95;
  std::uint64_t seed = 1;
};

std::vector<OverheadRow> score_overhead(const std::vector<TreatedRounds>& treated,
                                        const OverheadRules& rules);

// Where an interval of a ratio lies against the largest that is allowed.
Verdict verdict_within(const Interval& interval, double max_ratio);

}  // namespace plumbline::harness

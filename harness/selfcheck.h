// What this machine can tell: the noise of the same thing measured again and again (A/A).
//
// `plumbline selfcheck` runs the standard scenario; its odd runs are A, its even ones B, and
// nothing differs between them. From the scatter of the error over the runs follows how many
// repeats a verdict to within 1 % takes here.
// Thread rule: pure functions. Failure: none; what too few runs cannot tell is empty.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/results/results.h"

namespace plumbline::harness {

// All endpoints together; per cent of the category's truth.
struct CategoryNoise {
  std::string category;
  double truth_ms = 0;        // mean per run
  double width_pct = 0;       // how far open the truth itself is
  double deviation_pct = 0;   // of one run's error
  double half_width_pct = 0;  // of the 95 % interval over the runs that were made
  Interval difference_pct;    // mean error of A less that of B, 95 %: 0 lies in it 19 of 20 times
  std::optional<std::int64_t> repeats_needed;  // none: the truth is wider than the tolerance
};

struct SelfCheck {
  std::int64_t ok = 0, degraded = 0, invalid = 0;  // runs
  std::vector<CategoryNoise> categories;           // those that were injected
  std::string unfit;                               // why; empty: the machine is fit
};

// `results` of one scenario. The machine is fit when at most one run in ten is not `ok`, none is
// invalid, and no category needs more than the default number of repeats.
SelfCheck self_check(const Results& results);

}  // namespace plumbline::harness

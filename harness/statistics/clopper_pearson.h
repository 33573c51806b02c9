// The exact interval of a proportion: of how often something happens, after counting.
//
// Never covers less than it claims, whatever the proportion; so it is wider than it need be.
// Called by the coverage of intervals over real runs. Thread rule: pure. Failure: none.
#pragma once

#include <cstdint>

#include "harness/statistics/intervals.h"

namespace plumbline::harness {

// 0 <= successes <= trials; [0, 1] without trials. `confidence` is of both sides together.
Interval clopper_pearson(std::int64_t successes, std::int64_t trials, double confidence);

}  // namespace plumbline::harness

// The overhead table of a result, as text.
// Called by the report. Thread rule: pure. Failure: none.
#pragma once

#include <string>

#include "harness/results/results.h"

namespace plumbline::harness {

// Empty when the result has no overhead rows.
std::string overhead_report(const Results& results, bool coloured);

}  // namespace plumbline::harness

// The console's table of profilers side by side, and what each does not offer.
//
// Called by report.h. Thread rule: pure. Failure: none.
#pragma once

#include <string>

#include "harness/results/results.h"

namespace plumbline::harness {

// "" while there is but one profiler to show, and none was missing.
std::string standings_text(const Results& results, bool coloured);

}  // namespace plumbline::harness

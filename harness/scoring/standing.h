// Profilers side by side: how the CPU of the injected functions divides among them.
//
// The one thing that nearly every profiler offers, over the whole process and without regard to
// endpoints, so that one that knows spans and one that does not stand on the same figure.
// Called once per scenario and profiler when campaigns are judged.
// Thread rule: pure functions. Failure: none; what cannot be compared is empty.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/results/results.h"
#include "harness/scoring/scored_run.h"
#include "harness/scoring/scoring.h"

namespace plumbline::harness {

StandingRow score_standing(const Scope& scope);

// Sets overhead_pct of each run of `runs` beside the bare run of the same repeat, where the work of
// the scenario is fixed: work that is burnt by the clock takes as long under any profiler.
void set_overheads(const std::vector<ScoredRun>& bare, std::vector<ScoredRun>& runs);

}  // namespace plumbline::harness

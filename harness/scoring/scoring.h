// Compares what a profiler said with the truth: from runs to verdicts.
//
// Each table has a file of its own: cell_scoring.cc, link_scoring.cc, conservation_scoring.cc,
// function_scoring.cc, assertion_scoring.cc. Called by the experiment once per scenario and
// profiler, and by the tests with runs made by hand.
// Thread rule: pure functions. Failure: none; what cannot be judged says why.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "harness/gate/gate_rules.h"
#include "harness/results/results.h"
#include "harness/scoring/scored_run.h"
#include "harness/statistics/looks.h"

namespace plumbline::harness {

// What all rows of one scenario and profiler share. `runs` is not empty.
struct Scope {
  std::string scenario, profiler;
  std::span<const ScoredRun> runs;
  Gate gate;
  // Why nothing here may be judged; empty: the machine was fit.
  std::string unfit;
  double confidence = kConfidence;  // of the intervals
};

std::vector<CellRow> score_cells(const Scope& scope);
// Whether more runs could decide what this row leaves open: the interval is wide, not the truth.
bool more_runs_could_decide(const CellRow& row);
std::vector<FunctionRow> score_functions(const Scope& scope);
LinkRow score_links(const Scope& scope);
// The profiler's row, then the ledger's own.
std::vector<ConservationRow> score_conservation(const Scope& scope);
std::vector<ConfusionRow> confusion_rows(const Scope& scope);
// What the gate file says must not be; none without one.
std::vector<AssertionRow> score_assertions(const Scope& scope);

// All of the above, appended to `results`, which holds the runs already.
void score_scenario(const Scope& scope, Results& results);

}  // namespace plumbline::harness

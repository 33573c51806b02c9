// All attempts at one scenario under one profiler, and what they amount to.
//
// The experiment fills campaigns; judging them needs nothing but them, so that tests can do it
// without running anything.
// Thread rule: pure functions. Failure: none.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/gate/gate_rules.h"
#include "harness/oracle/oracle_scoring.h"
#include "harness/results/results.h"
#include "harness/scoring/scored_run.h"
#include "harness/statistics/looks.h"

namespace plumbline::harness {

struct Campaign {
  std::string scenario, profiler;
  std::vector<ScoredRun> runs;  // in the order of the attempts; at least one when it is judged
  std::vector<oracle::OracleRun> oracle_runs{};  // empty: the oracle was not asked
  double confidence = kConfidence;               // of the intervals, at the last look

  std::int64_t attempts() const { return static_cast<std::int64_t>(runs.size()); }
  std::int64_t invalid() const;
  std::int64_t valid() const { return attempts() - invalid(); }
};

// Even if all runs still to come are valid, too many were not: going on cannot help.
bool is_hopeless(const Campaign& campaign, std::int64_t repeats);

// Whether more runs could change the answer: some cell is open, and none has failed.
bool is_undecided(const Campaign& campaign, const Gate& gate);

// The whole result. A campaign with too many invalid runs is not judged; if there are too many in
// all campaigns together, none is (of a shard, that is left to the merging). Its tables then show
// every run, valid or not. `so_far`: environment, provenance, and the sweeps, which are summed up
// with the rest.
Results judge_campaigns(std::vector<Campaign> campaigns, const Gate& gate, Results so_far);

}  // namespace plumbline::harness

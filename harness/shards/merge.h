// Makes one result of the results of all shards of an experiment.
//
// Called by `plumbline merge`. The merged result is the one that the whole experiment would have
// given with the same runs: the same rows in the same order, and the summary and exit code made
// anew. Refused are: a shard that is missing or there twice, a whole result, another experiment,
// revision or setting, a scenario that is in no shard or in two; and unlike machines, unless asked
// for.
// One difference is left: where more than 30 % of all runs together are invalid, the whole
// experiment shows the figures of all runs, the merged one those of the valid runs of each scenario
// that was fit; verdicts and reasons are the same.
// Thread rule: pure functions. Failure: io::InputError, with the place of the shard.
#pragma once

#include <string>
#include <vector>

#include "harness/results/results.h"

namespace plumbline::harness {

struct ShardResult {
  std::string place;  // for complaints
  Results results;
};

// In any order; at least one.
Results merge_shards(std::vector<ShardResult> shards, bool unlike_machines_allowed);

}  // namespace plumbline::harness

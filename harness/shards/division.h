// Divides scenarios and sweeps over shards.
//
// Every shard computes the same division from the same selection, whatever the order in which it
// was asked for: the costliest first, each to the part that has least so far (the longest part is
// at most 4/3 of the best possible one: Graham, 1969). One that is added or gone may move others.
// Thread rule: pure functions. Failure: none; with more shards than units some are empty.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "harness/results/results.h"

namespace plumbline::harness {

struct ShardUnit {
  std::string name;
  std::int64_t cost_ns = 0;  // expected; 0: not known
};

// Of each unit, in their order, whether it belongs to `shard`. Names differ.
std::vector<bool> units_of_shard(std::span<const ShardUnit> units, const Shard& shard);

}  // namespace plumbline::harness

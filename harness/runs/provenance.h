// Which experiment a result comes from: made when it begins, before its selection is divided.
//
// Called by `plumbline run`. Thread rule: any thread.
// Failure: io::InputError where the kernel gives no random bytes.
#pragma once

#include <string>

#include "harness/results/results.h"
#include "harness/runs/experiment.h"

namespace plumbline::harness {

// `plan`: with the scenarios and sweeps of the whole experiment.
Provenance provenance_of(const std::string& name, const ExperimentPlan& plan);

// Leaves of the plan what `shard` shall run, and says so in its provenance.
void keep_shard(const Shard& shard, ExperimentPlan& plan);

}  // namespace plumbline::harness

// The overhead experiment: rounds of slices of fixed work, each treatment once a round beside a
// bare slice, in random order; more rounds while a verdict is open.
//
// Called by `plumbline overhead`. Order and resamples come from the seed.
// Thread rule: the main thread. Failure: io::InputError, Interrupted; nothing is left behind.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/overhead/overhead_scoring.h"
#include "harness/overhead/regression.h"
#include "harness/overhead/treatment.h"
#include "harness/results/results.h"
#include "harness/runs/awake_cpus.h"
#include "harness/runs/installation.h"
#include "harness/runs/interruption.h"
#include "workloads/spec.h"

namespace plumbline::harness {

struct OverheadPlan {
  workloads::Spec spec;
  std::vector<Treatment> treatments;  // those that are missing get a row that says so
  std::int64_t rounds = 20;
  std::int64_t most_rounds = 20;  // while something is undecided
  KeepAwake keep_awake = KeepAwake::kOnVirtualMachines;
  OverheadRules rules;
  std::optional<Baseline> baseline;
};

// The rows, and the summary over them.
Results run_overhead(const OverheadPlan& plan, const Installation& installation,
                     const Interruption& interruption);

}  // namespace plumbline::harness

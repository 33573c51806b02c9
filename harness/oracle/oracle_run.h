// One run of a workload, without any profiler, watched by the kernel.
//
// Called by the experiment with --oracle kernel, beside the scored runs and with their seeds.
// Thread rule: the main thread. Failure: io::InputError, Interrupted; nothing is left behind.
#pragma once

#include "harness/oracle/oracle_scoring.h"
#include "harness/runs/installation.h"
#include "harness/runs/interruption.h"
#include "harness/runs/profiled_run.h"

namespace plumbline::harness::oracle {

// Throws io::InputError where this machine, or this user, has no kernel oracle.
void check_available();

// `plan.library` must be empty.
OracleRun run_under_oracle(const RunPlan& plan, const Installation& installation,
                           const Interruption& interruption);

}  // namespace plumbline::harness::oracle

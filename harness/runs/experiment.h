// The main job: scenarios under one profiler or several in turn, repeated, judged and scored.
//
// Called by `plumbline run`. For each run: workload and truth server, then the machine's verdict,
// then the profile against the ledger. Invalid runs are repeated while the scenario can still
// become fit. Profilers take turns run by run, each with the same seeds, another first each round.
// Thread rule: the main thread. Failure: io::InputError, Interrupted; nothing is left behind.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "harness/gate/gate_rules.h"
#include "harness/profilers/find_profiler.h"
#include "harness/results/result_directory.h"
#include "harness/results/results.h"
#include "harness/runs/awake_cpus.h"
#include "harness/runs/installation.h"
#include "harness/runs/interruption.h"
#include "harness/sweep.h"
#include "workloads/spec.h"

namespace plumbline::harness {

struct ExperimentPlan {
  std::vector<workloads::Spec> scenarios;
  std::vector<Sweep> sweeps;
  std::int64_t repeats = 10;          // before the first look at the verdicts
  std::int64_t most_repeats = 20;     // while something is undecided; not of sweeps
  std::optional<std::uint64_t> seed;  // of the first repeat, counted up; else the scenario's
  int rate_hz = 1000;
  bool ledger_full = true;
  std::filesystem::path library;  // the built-in profiler, which runs when `bench` names none
  Bench bench;
  bool kernel_oracle = false;
  KeepAwake keep_awake = KeepAwake::kOnVirtualMachines;
  Gate gate;
  Provenance provenance;  // of the result
};

// Scored and summed up, but not yet written; the runs' files are in `directory`.
Results run_experiment(const ExperimentPlan& plan, const Installation& installation,
                       const ResultDirectory& directory, const Interruption& interruption);

}  // namespace plumbline::harness

// One run of a workload beside its truth server: under a profiler, or bare.
//
// Called by the experiment for each repeat. Everything that was started has ended on return.
// Thread rule: the main thread. Failure: io::InputError when a program cannot be started, fails or
// takes too long; Interrupted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "harness/profilers/profiler_adapter.h"
#include "harness/runs/installation.h"
#include "harness/runs/interruption.h"
#include "harness/truth/machine.h"
#include "workloads/spec.h"

namespace plumbline::harness {

struct RunPlan {
  const workloads::Spec* spec = nullptr;
  std::uint64_t seed = 1;
  bool ledger_full = true;
  Launch launch;  // of the profiler; empty: none
  // Where the run's files shall be; their names without an extension.
  std::filesystem::path files;
};

struct RunFiles {
  std::filesystem::path ledger;
  double steal_pct = 0;  // while the workload ran
};

// `before`: called when all is ready and the workload is yet to start.
RunFiles run_workload(const RunPlan& plan, const Installation& installation,
                      const Interruption& interruption, const std::function<void()>& before);

// How long a run takes when nothing is late.
std::int64_t expected_duration_ns(const workloads::Spec& spec);

}  // namespace plumbline::harness

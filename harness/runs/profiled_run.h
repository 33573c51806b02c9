// One run of a workload beside its truth server: under Plumbline's profiler, or bare.
//
// Called by the experiment for each repeat. Everything that was started has ended on return.
// Thread rule: the main thread. Failure: io::InputError when a program cannot be started, fails,
// takes too long, or leaves no recording; Interrupted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "harness/profilers/launch.h"
#include "harness/runs/installation.h"
#include "harness/runs/interruption.h"
#include "harness/truth/machine.h"
#include "workloads/spec.h"

namespace plumbline::harness {

struct RunPlan {
  const workloads::Spec* spec = nullptr;
  std::uint64_t seed = 1;
  bool ledger_full = true;
  int rate_hz = 1000;
  std::filesystem::path library;  // the profiler, preloaded into the workload; empty: none
  // Where the run's files shall be; their names without an extension.
  std::filesystem::path files;
  Launch launch{};  // of any other profiler
};

struct RunFiles {
  std::filesystem::path ledger, recording;  // recording: empty without a profiler
  double steal_pct = 0;                     // while the workload ran
};

RunFiles run_under_plumbline(const RunPlan& plan, const Installation& installation,
                             const Interruption& interruption);

// Without a profiler. `before`: called when all is ready and the workload is yet to start.
RunFiles run_workload(const RunPlan& plan, const Installation& installation,
                      const Interruption& interruption, const std::function<void()>& before);

// How long a run takes when nothing is late.
std::int64_t expected_duration_ns(const workloads::Spec& spec);

}  // namespace plumbline::harness

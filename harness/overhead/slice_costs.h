// What one slice of fixed work took, by the ledger: the figures that a profiler may change.
//
// Called once for each slice by the overhead experiment. Thread rule: pure functions. Failure:
// none.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "workloads/ledger.h"

namespace plumbline::harness {

enum class Measure : std::uint8_t {
  kCpu,        // CPU of the segments whose iterations are fixed: what gates
  kThreadCpu,  // all CPU of the workers, calls and spans among it
  kLock,       // length of the waits, from call to return
  kFile,
  kSocket,
  kWakeUp,    // part of them: from the partner's release to the return
  kWaitCpu,   // CPU inside the calls that wait
  kRunQueue,  // for which the workers were ready but not running
  kWall,      // of the requests
};
inline constexpr std::size_t kMeasureCount = 9;

// As in results.json.
inline constexpr std::array<std::string_view, kMeasureCount> kMeasureNames = {
    "cpu", "thread_cpu", "lock", "file", "socket", "wake_up", "wait_cpu", "runqueue", "wall"};

// Nanoseconds by measure.
using SliceCosts = std::array<double, kMeasureCount>;

SliceCosts slice_costs(const workloads::Ledger& ledger);

}  // namespace plumbline::harness

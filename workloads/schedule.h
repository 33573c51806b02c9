// The schedule: every request of a run and the amount of every segment, known before it starts.
//
// Made from a specification and a seed by plumbline-workload, and again by whoever wants to know
// what a run will do. Equal on every platform and compiler, to the byte.
// Thread rule: immutable once made; each worker reads its own list.
// Failure rule: none; the specification was checked when it was read.
#pragma once

#include <cstdint>
#include <vector>

#include "workloads/spec.h"

namespace plumbline::workloads {

struct ScheduledRequest {
  std::uint32_t number = 0;  // over all workers
  std::uint16_t endpoint = 0;
  std::int64_t think_ns = 0;  // before it
  // In the order in which the steps run, each as often as it is repeated: nanoseconds; iterations
  // where the step counts those; 0 for a span. Without repeats [Step::number], [0] the root span.
  std::vector<std::int64_t> amounts;
};

struct Schedule {
  std::vector<std::vector<ScheduledRequest>> workers;
};

Schedule make_schedule(const Spec& spec, std::uint64_t seed);

}  // namespace plumbline::workloads

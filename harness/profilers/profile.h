// What a profiler said about one run, in the terms that scoring compares.
//
// Made from a profiler's own files by its adapter (profiler_adapter.h); scoring sees nothing else.
// What a profiler does not claim stays empty.
// Thread rule: plain data. Failure: none.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/attribution/partition.h"
#include "harness/profilers/claims.h"
#include "harness/results/results.h"
#include "harness/truth/truth.h"

namespace plumbline::harness {

struct EndpointProfile {
  analysis::TimeParts time;  // of all its spans, and what they spent on no thread
  std::map<std::string, std::int64_t> function_cpu_ns;    // with the function on the stack
  std::map<std::string, std::uint64_t> function_samples;  // likewise
  std::uint64_t samples = 0;                              // that these rest on
};

// A stretch of a thread's time that the profiler gave to one span.
struct ReportedSegment {
  std::int64_t begin_ns = 0, end_ns = 0;
  std::uint64_t span_id = 0;  // 0: none
  analysis::TimeParts parts;
};

struct Profile {
  std::string profiler;
  Claims claims;
  WaitDefinition wait_definition = WaitDefinition::kEither;
  bool counts_totals = false;  // category totals are measured, not estimated from samples
  // By name; of a profiler that claims no endpoints all under kWholeProcess.
  std::map<std::string, EndpointProfile> endpoints;
  // By tid, ordered by time and without overlap. Empty: the profiler offers no times.
  std::map<std::int32_t, std::vector<ReportedSegment>> threads;
  std::optional<analysis::Conservation> conservation;  // none: it does not account for wall time
  std::map<std::string, std::int64_t> losses;
  bool lockstep_risk = false;  // sampled on the kernel's tick: work in step with it is seen wrongly
  std::string clock;           // how it read CPU time; "" when it does not say
};

}  // namespace plumbline::harness

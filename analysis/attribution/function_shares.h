// CPU by function: the exact CPU of some spans, distributed by their samples.
//
// Used by the harness and, later, by hotspots. CPU inside hooked calls is counted exactly and kept
// apart; the rest is divided among the sampled stacks in proportion to their weights, once for
// the whole selection, so that the parts add up to the exact total.
// Thread rule: one thread (the symbolizer memorises). Failure: none; CPU that no sample saw is the
// function "[kernel or unsampled]".
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/attribution/partition.h"
#include "analysis/recording/symbolizer.h"

namespace plumbline::analysis {

struct FunctionShare {
  std::string function;       // demangled, or in brackets what stands for one
  std::int64_t self_ns = 0;   // the function was running; these add up to cpu_ns
  std::int64_t total_ns = 0;  // the function was on the stack, recursion counted once
  std::uint64_t self_samples = 0, total_samples = 0;
};

struct FunctionShares {
  std::int64_t cpu_ns = 0;               // exact, of the selected spans
  std::uint64_t samples = 0;             // outside hooked calls: those that distribute
  std::vector<FunctionShare> functions;  // largest total first
};

// A selection of spans: by span row.
using SpanSelection = std::vector<bool>;

SpanSelection spans_of_endpoint(const Recording& recording, Index endpoint_name);

FunctionShares function_shares(const Recording& recording, const Partition& partition,
                               const SpanSelection& spans, Symbolizer& symbolizer);

}  // namespace plumbline::analysis

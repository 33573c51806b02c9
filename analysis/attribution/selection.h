// Picks spans: by id, by trace, by endpoint, the slowest requests.
//
// Used by hotspots.cc and the commands. All that is asked for is joined; each span counts once.
// Thread rule: pure. Failure: throws io::InputError with what was not found and how to look it up.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/attribution/span_forest.h"

namespace plumbline::analysis {

struct TraceId {
  std::uint64_t high = 0, low = 0;
};

struct SpanPicks {
  std::vector<std::uint64_t> span_ids;
  std::vector<TraceId> trace_ids;
  std::vector<std::string> endpoints;
  // So many local roots that ended, by elapsed time; of `endpoints`, where there are any, which
  // then pick nothing themselves. 0: none.
  std::uint64_t slowest = 0;

  bool is_empty() const {
    return span_ids.empty() && trace_ids.empty() && endpoints.empty() && slowest == 0;
  }
};

// Rows of the picked spans, each once. A trace or an endpoint picks the tops of its trees.
std::vector<Index> picked_spans(const Recording& recording, const SpanForest& forest,
                                const SpanPicks& picks);

// Hexadecimal, with or without 0x: up to 16 digits, of a trace up to 32.
// Throws io::InputError for anything else, and for 0, which is no id.
std::uint64_t parse_span_id(const std::string& text);
TraceId parse_trace_id(const std::string& text);

}  // namespace plumbline::analysis

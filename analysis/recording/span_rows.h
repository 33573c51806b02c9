// Spans of a recording: their records, in any order and from any thread, to rows of SpanTable.
//
// Used by the assembler. A span's records may come from different threads, whose blocks are not in
// order of time: whatever is met first opens the row, and names and endpoints are settled last.
// Thread rule: one thread. Failure: none; oddities are counted in ReadReport.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/recording/name_rows.h"
#include "analysis/recording/recording.h"
#include "analysis/recording/row_index.h"

namespace plumbline::analysis {

class SpanRows {
 public:
  explicit SpanRows(Recording& recording) : recording_(recording), spans_(recording.spans) {}

  // Row of the span, opened if it is new. 0 (no span): kNone.
  Index row_of(std::uint64_t span_id);

  void start(const format::SpanStart& record);
  void end(const format::SpanEnd& record);
  void set_endpoint(const format::SpanEndpoint& record);

  // Fills names, roots and endpoints. Once, when all records and names were added.
  void settle(NameRows& names);

 private:
  struct EndpointCall {
    std::int64_t wall_ns = -1;  // -1: never called
    std::uint32_t name_id = 0;
  };

  Index find(std::uint64_t span_id) const;
  Index open(std::uint64_t span_id);
  void settle_span(Index row, NameRows& names);
  Index endpoint_of(Index row) const;

  Recording& recording_;
  SpanTable& spans_;
  RowIndex index_;
  std::vector<std::uint32_t> name_id_;        // by row
  std::vector<EndpointCall> endpoint_calls_;  // by row: the latest
  std::uint64_t last_id_ = 0;                 // neighbouring records mostly belong to one span
  Index last_row_ = kNone;
};

}  // namespace plumbline::analysis

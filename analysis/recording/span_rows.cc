#include "analysis/recording/span_rows.h"

#include <algorithm>

namespace plumbline::analysis {

Index SpanRows::find(std::uint64_t span_id) const {
  return index_.find(mixed(span_id), [&](Index row) { return spans_.span_id[row] == span_id; });
}

Index SpanRows::row_of(std::uint64_t span_id) {
  if (span_id == 0) return kNone;
  if (span_id == last_id_) return last_row_;
  Index row = find(span_id);
  if (row == kNone) row = open(span_id);
  last_id_ = span_id;
  last_row_ = row;
  return row;
}

Index SpanRows::open(std::uint64_t span_id) {
  const auto row = static_cast<Index>(spans_.size());
  spans_.span_id.push_back(span_id);
  spans_.trace_id_high.push_back(0);
  spans_.trace_id_low.push_back(0);
  spans_.parent_span_id.push_back(0);
  spans_.root_span_id.push_back(0);
  spans_.start_ns.push_back(-1);
  spans_.end_ns.push_back(-1);
  spans_.name.push_back(kUnknownName);
  spans_.endpoint.push_back(kUnknownName);
  spans_.root.push_back(kNone);
  name_id_.push_back(0);
  endpoint_calls_.push_back({});
  index_.add(mixed(span_id), row);
  return row;
}

void SpanRows::start(const format::SpanStart& record) {
  const Index row = row_of(record.span_id);
  if (spans_.start_ns[row] >= 0) {
    ++recording_.report.repeated_span_starts;
    return;
  }
  spans_.start_ns[row] = record.wall_ns;
  spans_.trace_id_high[row] = record.trace_id_high;
  spans_.trace_id_low[row] = record.trace_id_low;
  spans_.parent_span_id[row] = record.parent_span_id;
  spans_.root_span_id[row] = record.root_span_id;
  name_id_[row] = record.name_id;
}

void SpanRows::end(const format::SpanEnd& record) {
  std::int64_t& end_ns = spans_.end_ns[row_of(record.span_id)];
  if (end_ns >= 0) {
    // By time, not by place: two threads' blocks may stand in either order.
    ++recording_.report.repeated_span_ends;
    end_ns = std::min(end_ns, record.wall_ns);
  } else {
    end_ns = record.wall_ns;
  }
}

void SpanRows::set_endpoint(const format::SpanEndpoint& record) {
  // By time, not by place; of equal times the later in the file.
  EndpointCall& latest = endpoint_calls_[row_of(record.root_span_id)];
  if (record.wall_ns >= latest.wall_ns) latest = {record.wall_ns, record.name_id};
}

Index SpanRows::endpoint_of(Index row) const {
  const Index root = spans_.root[row];
  if (root == kNone) return kUnknownName;
  if (spans_.end_ns[root] < 0) return kUnfinishedName;
  return spans_.endpoint[root];
}

void SpanRows::settle_span(Index row, NameRows& names) {
  if (spans_.start_ns[row] < 0) {
    ++recording_.report.unstarted_spans;
    return;
  }
  spans_.name[row] = names.row_of(name_id_[row]);
  const EndpointCall& endpoint = endpoint_calls_[row];
  spans_.endpoint[row] = endpoint.wall_ns < 0 ? spans_.name[row] : names.row_of(endpoint.name_id);
  const Index root = find(spans_.root_span_id[row]);
  if (root != kNone && spans_.start_ns[root] >= 0) spans_.root[row] = root;
  if (spans_.end_ns[row] >= 0 && spans_.end_ns[row] < spans_.start_ns[row]) {
    ++recording_.report.backwards_spans;
    spans_.end_ns[row] = spans_.start_ns[row];
  }
}

void SpanRows::settle(NameRows& names) {
  const auto rows = static_cast<Index>(spans_.size());
  // First each span's own endpoint, as if it were a root; then every span takes its root's.
  for (Index row = 0; row < rows; ++row) settle_span(row, names);
  std::vector<Index> endpoint(rows);
  for (Index row = 0; row < rows; ++row) endpoint[row] = endpoint_of(row);
  spans_.endpoint = std::move(endpoint);
}

}  // namespace plumbline::analysis

#include "analysis/attribution/endpoints.h"

#include <algorithm>

#include "analysis/attribution/coverage.h"

namespace plumbline::analysis {

using format::Category;
using format::OtherReason;

namespace {

// Fills a table; rows are found by span.
class Builder {
 public:
  Builder(const Recording& recording, const Partition& partition)
      : recording_(recording), partition_(partition) {
    add_rows();
    latencies_ns_.resize(table_.rows.size());
  }

  EndpointTable build() {
    add_spans();
    add_waits();
    add_call_sums();
    set_percentiles();
    return std::move(table_);
  }

 private:
  EndpointRow& row_of(Index span) {
    if (span == kNone) return table_.no_span;
    return table_.rows[row_of_name_[recording_.spans.endpoint[span]]];
  }

  void add_rows() {
    row_of_name_.assign(recording_.names.size(), kNone);
    for (const Index name : recording_.spans.endpoint) row_of_name_[name] = 0;
    for (Index name = 0; name < row_of_name_.size(); ++name) {
      if (row_of_name_[name] == kNone) continue;
      row_of_name_[name] = static_cast<Index>(table_.rows.size());
      table_.rows.emplace_back().name = name;
    }
  }

  void add_spans() {
    const SpanTable& spans = recording_.spans;
    const std::vector<std::int64_t> covered_ns = covered_ns_by_root(recording_, partition_);
    for (Index span = 0; span < spans.size(); ++span) {
      EndpointRow& row = row_of(span);
      ++row.spans;
      row.time += partition_.span_self[span];
      if (!is_finished_root(spans, span)) continue;
      const std::int64_t elapsed_ns = spans.end_ns[span] - spans.start_ns[span];
      ++row.requests;
      row.elapsed_ns += elapsed_ns;
      row.uncovered_ns += elapsed_ns - covered_ns[span];
      latencies_ns_[row_of_name_[spans.endpoint[span]]].push_back(elapsed_ns);
    }
    table_.no_span.time = partition_.no_span;
  }

  void add_waits() {
    const WaitTable& waits = recording_.waits;
    for (std::size_t wait = 0; wait < waits.size(); ++wait) {
      ++row_of(waits.span[wait]).blocked_waits[index_of(waits.category[wait])];
    }
    for (const Segment& segment : partition_.segments) {
      if (segment.wait == kNone) continue;
      row_of(segment.span).cpu_in_calls_ns[index_of(waits.category[segment.wait])] +=
          segment.parts.category[index_of(Category::kCpu)];
    }
  }

  void add_call_sums() {
    const CallSumsTable& sums = recording_.call_sums;
    for (std::size_t i = 0; i < sums.size(); ++i) {
      EndpointRow& row = row_of(sums.span[i]);
      const std::size_t category = index_of(sums.category[i]);
      row.calls_without_blocking[category] += sums.calls[i];
      row.cpu_in_calls_ns[category] += sums.cpu_ns[i];
    }
  }

  void set_percentiles() {
    for (std::size_t i = 0; i < table_.rows.size(); ++i) {
      table_.rows[i].p50_ns = percentile_ns(latencies_ns_[i], 50);
      table_.rows[i].p99_ns = percentile_ns(latencies_ns_[i], 99);
    }
  }

  // Nearest rank: the smallest value that at least `percent` of the values do not exceed.
  static std::int64_t percentile_ns(std::vector<std::int64_t>& values, std::size_t percent) {
    if (values.empty()) return 0;
    const std::size_t rank = (values.size() * percent + 99) / 100;
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(rank - 1);
    std::nth_element(values.begin(), at, values.end());
    return *at;
  }

  const Recording& recording_;
  const Partition& partition_;
  EndpointTable table_;
  std::vector<Index> row_of_name_;                       // by row of Recording::names
  std::vector<std::vector<std::int64_t>> latencies_ns_;  // by row of the table
};

}  // namespace

TimeParts EndpointRow::time_and_uncovered() const {
  TimeParts all = time;
  all.other[index_of(OtherReason::kNotOnAnyThread)] += uncovered_ns;
  all.category[index_of(Category::kOther)] += uncovered_ns;
  return all;
}

EndpointTable endpoints_of(const Recording& recording, const Partition& partition) {
  return Builder(recording, partition).build();
}

TotalsCheck check_totals(const Partition& partition, const EndpointTable& endpoints) {
  TotalsCheck check;
  for (const Segment& segment : partition.segments) check.threads += segment.parts;
  for (const EndpointRow& row : endpoints.rows) check.tables += row.time;
  check.tables += endpoints.no_span.time;
  return check;
}

}  // namespace plumbline::analysis

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
  }

  EndpointTable build() {
    add_spans();
    add_waits();
    add_call_sums();
    add_hand_overs();
    for (EndpointRow& row : table_.rows) {
      std::sort(row.latencies_ns.begin(), row.latencies_ns.end());
    }
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
      row.latencies_ns.push_back(elapsed_ns);
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

  // An activation that lies before its capture tells nothing.
  void add_hand_overs() {
    const HandOverTable& hand_overs = recording_.hand_overs;
    for (std::size_t i = 0; i < hand_overs.size(); ++i) {
      const std::int64_t queued_ns = hand_overs.activated_ns[i] - hand_overs.captured_ns[i];
      if (queued_ns < 0) continue;
      EndpointRow& row = row_of(hand_overs.span[i]);
      ++row.hand_overs;
      row.queued_ns += queued_ns;
      row.longest_queue_ns = std::max(row.longest_queue_ns, queued_ns);
    }
  }

  const Recording& recording_;
  const Partition& partition_;
  EndpointTable table_;
  std::vector<Index> row_of_name_;  // by row of Recording::names
};

}  // namespace

TimeParts EndpointRow::time_and_uncovered() const {
  TimeParts all = time;
  all.other[index_of(OtherReason::kNotOnAnyThread)] += uncovered_ns;
  all.category[index_of(Category::kOther)] += uncovered_ns;
  return all;
}

std::int64_t EndpointRow::percentile_ns(std::size_t percent) const {
  if (latencies_ns.empty()) return 0;
  const std::size_t rank = (latencies_ns.size() * percent + 99) / 100;
  return latencies_ns[std::max<std::size_t>(rank, 1) - 1];
}

EndpointRow& EndpointRow::operator+=(const EndpointRow& more) {
  requests += more.requests;
  spans += more.spans;
  time += more.time;
  uncovered_ns += more.uncovered_ns;
  elapsed_ns += more.elapsed_ns;
  const auto middle = static_cast<std::ptrdiff_t>(latencies_ns.size());
  latencies_ns.insert(latencies_ns.end(), more.latencies_ns.begin(), more.latencies_ns.end());
  std::inplace_merge(latencies_ns.begin(), latencies_ns.begin() + middle, latencies_ns.end());
  for (std::size_t i = 0; i < format::kCategoryCount; ++i) {
    blocked_waits[i] += more.blocked_waits[i];
    calls_without_blocking[i] += more.calls_without_blocking[i];
    cpu_in_calls_ns[i] += more.cpu_in_calls_ns[i];
  }
  hand_overs += more.hand_overs;
  queued_ns += more.queued_ns;
  longest_queue_ns = std::max(longest_queue_ns, more.longest_queue_ns);
  return *this;
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

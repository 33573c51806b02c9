#include "analysis/attribution/requests.h"

#include "analysis/attribution/coverage.h"

namespace plumbline::analysis {

std::vector<Request> requests_of(const Recording& recording, const Partition& partition) {
  const SpanTable& spans = recording.spans;
  const std::vector<std::int64_t> covered_ns = covered_ns_by_root(recording, partition);
  std::vector<Index> place(spans.size(), kNone);
  std::vector<Request> requests;
  for (Index span = 0; span < spans.size(); ++span) {
    if (!is_finished_root(spans, span)) continue;
    place[span] = static_cast<Index>(requests.size());
    Request& request = requests.emplace_back();
    request.root = span;
    request.elapsed_ns = spans.end_ns[span] - spans.start_ns[span];
    request.ns[index_of(format::Category::kOther)] = request.elapsed_ns - covered_ns[span];
  }
  for (Index span = 0; span < spans.size(); ++span) {
    const Index root = spans.root[span];
    if (root == kNone || place[root] == kNone) continue;
    const TimeColumns self = columns_of(partition.span_self[span]);
    TimeColumns& sum = requests[place[root]].ns;
    for (std::size_t column = 0; column < kTimeColumns; ++column) sum[column] += self[column];
  }
  return requests;
}

}  // namespace plumbline::analysis

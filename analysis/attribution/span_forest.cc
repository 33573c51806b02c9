#include "analysis/attribution/span_forest.h"

#include "analysis/attribution/row_lists.h"

namespace plumbline::analysis {

SpanForest::SpanForest(const SpanTable& spans) : spans_(spans) {
  const auto rows = static_cast<Index>(spans.size());
  for (Index row = 0; row < rows; ++row) by_id_.add(mixed(spans.span_id[row]), row);
  parent_.resize(rows);
  for (Index row = 0; row < rows; ++row) parent_[row] = parent_by_file(row);
  break_cycles();
  put_in_order();
}

Index SpanForest::find(std::uint64_t span_id) const {
  return by_id_.find(mixed(span_id), [&](Index row) { return spans_.span_id[row] == span_id; });
}

// Of another span; kNone where what the file calls the root is none.
Index SpanForest::local_root(Index row) const {
  const Index root = spans_.root[row];
  return root != kNone && root != row && spans_.root[root] == root ? root : kNone;
}

Index SpanForest::parent_by_file(Index row) {
  const Index root = spans_.root[row];
  if (root == row || spans_.parent_span_id[row] == 0) return local_root(row);
  const Index parent = find(spans_.parent_span_id[row]);
  if (parent != kNone && parent != row && spans_.root[parent] == root) return parent;
  ++unknown_parents_;
  return local_root(row);
}

// Local roots have no parent, so no cycle holds one.
void SpanForest::break_cycles() {
  enum class Mark : std::uint8_t { kNew, kOnPath, kDone };
  std::vector<Mark> marks(parent_.size(), Mark::kNew);
  std::vector<Index> path;
  for (Index row = 0; row < parent_.size(); ++row) {
    for (Index at = row; at != kNone && marks[at] != Mark::kDone; at = parent_[at]) {
      if (marks[at] == Mark::kOnPath) {
        ++cyclic_parents_;
        parent_[at] = local_root(at);
        break;
      }
      marks[at] = Mark::kOnPath;
      path.push_back(at);
    }
    for (const Index at : path) marks[at] = Mark::kDone;
    path.clear();
  }
}

void SpanForest::put_in_order() {
  const std::size_t rows = parent_.size();
  const RowLists children(rows, rows, [&](std::size_t row) { return parent_[row]; });
  order_.reserve(rows);
  position_.assign(rows, 0);
  size_.assign(rows, 1);
  std::vector<Index> to_visit;
  for (Index top = 0; top < rows; ++top) {
    if (parent_[top] != kNone) continue;
    to_visit.push_back(top);
    while (!to_visit.empty()) {
      const Index row = to_visit.back();
      to_visit.pop_back();
      position_[row] = static_cast<Index>(order_.size());
      order_.push_back(row);
      const auto below = children.of(row);
      to_visit.insert(to_visit.end(), below.rbegin(), below.rend());
    }
  }
  for (std::size_t at = rows; at-- > 0;) {
    const Index row = order_[at];
    if (parent_[row] != kNone) size_[parent_[row]] += size_[row];
  }
}

}  // namespace plumbline::analysis

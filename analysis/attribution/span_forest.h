// Which span is below which: every span of a recording once, parents before their children.
//
// Used by selection.cc, scope.cc and time_index.cc. A span and all below it are one stretch of the
// order, so that a subtree is two numbers. Trees end at local roots: a root below another request
// (one that came back over the network) is a request of its own, as in the endpoint table.
// Whatever the file says, the result is a forest: a parent that is not known, is of another
// request or is its own descendant is replaced by the span's local root, or by none.
// Thread rule: immutable once built. Failure: none; replaced parents are counted.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/recording/recording.h"
#include "analysis/recording/row_index.h"

namespace plumbline::analysis {

// A stretch of the order: from `from` to before `to`.
struct SpanRange {
  Index from = 0, to = 0;
  bool operator==(const SpanRange&) const = default;
};

class SpanForest {
 public:
  explicit SpanForest(const SpanTable& spans);

  std::size_t size() const { return order_.size(); }
  // Row of the span with this id, or kNone.
  Index find(std::uint64_t span_id) const;
  // Row of the parent, or kNone at the top of a tree.
  Index parent(Index row) const { return parent_[row]; }
  Index position(Index row) const { return position_[row]; }
  Index row_at(Index position) const { return order_[position]; }

  SpanRange alone(Index row) const { return {position_[row], position_[row] + 1}; }
  SpanRange subtree(Index row) const { return {position_[row], position_[row] + size_[row]}; }

  std::uint64_t unknown_parents() const { return unknown_parents_; }
  std::uint64_t cyclic_parents() const { return cyclic_parents_; }

 private:
  Index local_root(Index row) const;
  Index parent_by_file(Index row);
  void break_cycles();
  void put_in_order();

  const SpanTable& spans_;
  RowIndex by_id_;
  std::vector<Index> parent_, order_, position_, size_;
  std::uint64_t unknown_parents_ = 0, cyclic_parents_ = 0;
};

}  // namespace plumbline::analysis

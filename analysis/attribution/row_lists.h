// Lists of rows by owner, one behind the other in one array (compressed sparse rows).
//
// Used for children by span, and for segments, samples and sums of calls by span: built once by
// counting, then each list is a slice of memory.
// Thread rule: immutable once built. Failure: none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "analysis/recording/recording.h"

namespace plumbline::analysis {

class RowLists {
 public:
  RowLists() = default;

  // `owner_of(row)` for each row below `rows`: below `owners`, or kNone for a row in no list. Rows
  // of one list keep their order.
  template <class OwnerOf>
  RowLists(std::size_t owners, std::size_t rows, OwnerOf owner_of) : first_(owners + 1, 0) {
    for (std::size_t row = 0; row < rows; ++row) {
      const Index owner = owner_of(row);
      if (owner != kNone) ++first_[owner + 1];
    }
    for (std::size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
    rows_.resize(first_.back());
    std::vector<Index> next(first_.begin(), first_.end() - 1);
    for (std::size_t row = 0; row < rows; ++row) {
      const Index owner = owner_of(row);
      if (owner != kNone) rows_[next[owner]++] = static_cast<Index>(row);
    }
  }

  std::span<const Index> of(std::size_t owner) const { return of_range(owner, owner + 1); }

  // The lists of neighbouring owners, from `from` to before `to`.
  std::span<const Index> of_range(std::size_t from, std::size_t to) const {
    return std::span(rows_).subspan(first_[from], first_[to] - first_[from]);
  }

 private:
  std::vector<Index> first_;  // of each owner in rows_; one more than owners
  std::vector<Index> rows_;
};

}  // namespace plumbline::analysis

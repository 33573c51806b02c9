// Stores each distinct stack once.
//
// Used by the assembler. Stacks repeat thousands of times in a recording; views count by row.
// Thread rule: one thread. Failure: none.
#pragma once

#include <cstddef>

#include "analysis/recording/block_reader.h"
#include "analysis/recording/row_index.h"

namespace plumbline::analysis {

class StackInterner {
 public:
  explicit StackInterner(StackTable& stacks);

  // Row of the stack whose addresses, leaf first, are the bytes `frames` (a multiple of 8).
  Index intern(Bytes frames, format::StackEnd end);

 private:
  StackTable& stacks_;
  RowIndex index_;
};

}  // namespace plumbline::analysis

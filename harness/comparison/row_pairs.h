// The rows of two results that belong together, with what can be said of each pair alone.
//
// Called by the comparison, which then judges all of them at once. Thread rule: pure functions.
// Failure: none; what cannot be compared says why.
#pragma once

#include <string>
#include <vector>

#include "harness/comparison/comparison.h"

namespace plumbline::harness {

struct RowPairs {
  std::vector<ComparedRow> rows;  // without q_value; outcome of those that have no p_value
  std::vector<std::string> only_in_a, only_in_b;
};

RowPairs pair_rows(const Results& a, const Results& b, double least_change);

}  // namespace plumbline::harness

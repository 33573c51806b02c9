// Many cells judged at once: which of them are discoveries, when a given share of the discoveries
// may be false.
//
// For whatever compares the cells of two results (p-values: t_test.h). A cell at p = 0.04 is no
// news among fifty. Thread rule: pure functions. Failure: none; what is no probability counts as 1.
#pragma once

#include <span>
#include <vector>

namespace plumbline::harness {

// Adjusted p-values, in the order of `p_values`: a cell is a discovery at a false discovery rate q
// when its adjusted value is q or less. Never below the plain one, never above 1. Holds for cells
// that are independent or depend on each other positively.
std::vector<double> false_discovery_adjusted(std::span<const double> p_values);

}  // namespace plumbline::harness

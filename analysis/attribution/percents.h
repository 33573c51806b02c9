// Percents that are printed to one decimal and add up to 100.0.
//
// Used by the commands that show a breakdown. Thread rule: pure. Failure: none.
#pragma once

#include <cstdint>
#include <vector>

namespace plumbline::analysis {

// Tenths of a percent of the values' sum, by largest remainder: they sum to 1000, and each is off
// by less than one. Values may be negative. All 0 unless the sum is positive.
std::vector<std::int64_t> tenths_of_percent(const std::vector<std::int64_t>& values);

}  // namespace plumbline::analysis

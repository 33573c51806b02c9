// Divides an exact total by weights so that the integer parts add up (largest remainder).
//
// Used where samples distribute a counted time. Thread rule: pure. Failure: none.
#pragma once

#include <cstdint>
#include <vector>

namespace plumbline::analysis {

// Parts in proportion to `weights`, each off by less than 1, whose sum is `total`. Neither weights
// nor total are negative. Equal remainders: the earlier part gets the unit. All weights 0: all
// parts 0.
std::vector<std::int64_t> apportion(const std::vector<std::int64_t>& weights, std::int64_t total);

}  // namespace plumbline::analysis

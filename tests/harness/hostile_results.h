// A result whose every name means harm, and a large one: for tests of what reads and shows results.
// Thread rule: pure functions. Failure: none.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "harness/results/results.h"

namespace plumbline::harness::testing {

// Each a name that some format or viewer would obey.
const std::vector<std::string>& hostile_names();

// A cell for each hostile name in each text field, and every other table with all of them.
Results hostile_results();

// So many cells, a tenth of which failed, in ten scenarios; three runs.
Results large_results(std::size_t cells);

// One cell that passed, of endpoint "GET /a" and category "cpu", and an answer to it.
Results small_results();

}  // namespace plumbline::harness::testing

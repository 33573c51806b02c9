// Which expectations could hardly fail, whatever the profiler did: what --strict warns of.
//
// Margins are widened until a job is green, and the job says no more why. Pure functions.
// Thread rule: any thread. Failure: none.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "harness/expectations/expected_profile.h"

namespace plumbline::harness::expectations {

// Of the file as a whole: empty stacks, margins, patterns that match everything, ignored keys.
std::vector<std::string> vacuous_expectations(const ExpectedProfile& expected);

// Of the profiles that were found: the only file is the first, and the first may fail.
std::string vacuous_files(const ExpectedProfile& expected, std::string_view place,
                          std::size_t files);

}  // namespace plumbline::harness::expectations

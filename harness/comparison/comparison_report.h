// A comparison as people read it, and as programs do.
//
// Called by `plumbline compare`. Thread rule: pure functions. Failure: none; names from outside are
// made safe for terminals.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "harness/comparison/comparison.h"

namespace plumbline::harness {

// Every row that changed, or is undecided and no function; with `all`, every row.
std::string comparison_text(const Comparison& comparison, bool all, bool coloured);

nlohmann::ordered_json comparison_json(const Comparison& comparison);

}  // namespace plumbline::harness

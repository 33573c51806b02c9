// What a gate file did to a result: how many rows each entry judged, and where it is wider than the
// default, so that nobody widens a margin in silence.
//
// Called once, when all rows are there. Thread rule: pure function. Failure: none.
#pragma once

#include <optional>

#include "harness/gate/gate_rules.h"
#include "harness/results/results.h"

namespace plumbline::harness {

// None for the default gate.
std::optional<GateUse> gate_use(const Gate& gate, const Results& results);

}  // namespace plumbline::harness

// Looks for entries of a gate file that no row will ever meet, before anything runs: a
// renamed scenario or endpoint would otherwise leave its margin, or its assertion, dead and unseen.
//
// Called by `plumbline run --gate`. Thread rule: pure function.
// Failure: io::InputError, one line with file, entry and what to do.
#pragma once

#include <vector>

#include "harness/gate/gate_rules.h"
#include "workloads/spec.h"

namespace plumbline::harness {

// `known`: what is installed and what shall run, since one gate serves many jobs: an entry may be
// about a scenario that is not in this run. Refused: an entry that matches no row of any of them;
// two of one list that match the same row and are equally specific.
void check_gate(const Gate& gate, const std::vector<workloads::Spec>& known);

}  // namespace plumbline::harness

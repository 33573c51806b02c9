// The parts of the report that come from overlap in time, and what the gate file asserts: links,
// confusion matrix, absences and losses.
//
// Called by report.cc, once for each scenario and profiler.
// Thread rule: pure functions. Failure: none; names from outside are made safe for terminals.
#pragma once

#include <string>

#include "harness/results/results.h"

namespace plumbline::harness {

std::string links_text(const LinkRow& row);

// "" where nothing was laid over the ledger.
std::string confusion_text(const Results& results, const std::string& scenario,
                           const std::string& profiler, bool coloured);

// "" where the gate asserts nothing.
std::string assertions_text(const Results& results, const std::string& scenario,
                            const std::string& profiler, bool coloured);

}  // namespace plumbline::harness

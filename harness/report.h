// A result as people read it: tables on a terminal or in a log.
//
// Called by `plumbline run`, once. Everything in it stands in results.json too.
// Thread rule: pure functions. Failure: none; names from outside are made safe for terminals.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/results/results.h"

namespace plumbline::harness {

std::string report_of(const Results& results, bool coloured);

// The line that says what it amounts to.
std::string answer_of(const Results& results, bool coloured);

// The last lines: what it amounts to, and where the files are. `figures` names files, or holds one
// line saying why there are none.
std::string summary_of(const Results& results, const std::filesystem::path& directory,
                       const std::vector<std::string>& figures, bool coloured);

}  // namespace plumbline::harness

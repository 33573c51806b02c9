// How a command ends that made a result: tables or JSON, the summary of a CI step, the exit code.
//
// Called by run, overhead and merge. Thread rule: main thread. Failure: io::InputError when
// standard output or the step's summary cannot be written.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/cli/command.h"
#include "harness/results/results.h"

namespace plumbline::harness {

// `folder`: where the result is. `figures`: the files, or why there are none.
void show_result(const Results& results, const std::filesystem::path& folder,
                 const std::vector<std::string>& figures, bool json, Outcome& outcome);

}  // namespace plumbline::harness

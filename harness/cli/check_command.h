// `plumbline check`: a profile of any profiler against DataDog/prof-correctness' expectation files.
#pragma once

#include "harness/cli/command.h"

namespace plumbline::harness {

void add_check_command(CLI::App& app, Outcome& outcome);

}  // namespace plumbline::harness

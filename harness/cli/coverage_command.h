// `plumbline coverage`: whether the 95 % intervals of results cover in 95 %.
// Thread rule: main thread. Failure: io::InputError.
#pragma once

#include "harness/cli/command.h"

namespace plumbline::harness {

void add_coverage_command(CLI::App& app, Outcome& outcome);

}  // namespace plumbline::harness

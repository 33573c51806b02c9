// `plumbline overhead`: what profiling costs, and what it does to waits.
// Thread rule: main thread. Failure: io::InputError.
#pragma once

#include "harness/cli/command.h"

namespace plumbline::harness {

void add_overhead_command(CLI::App& app, Outcome& outcome);

}  // namespace plumbline::harness

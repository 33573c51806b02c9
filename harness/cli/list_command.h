// `plumbline list`: scenarios and suites that there are to run.
// Thread rule: main thread. Failure: io::InputError.
#pragma once

#include "harness/cli/command.h"

namespace plumbline::harness {

void add_list_command(CLI::App& app, Outcome& outcome);

}  // namespace plumbline::harness

// `plumbline endpoints`: where the time of each endpoint went.
// Thread rule: main thread. Failure: io::InputError; a damaged recording is shown up to the damage
// and then ends with exit code 2.
#pragma once

#include "harness/cli/command.h"

namespace plumbline::harness {

void add_endpoints_command(CLI::App& app, Outcome& outcome);

}  // namespace plumbline::harness

// `plumbline diff`: two recordings, or two endpoints, by category and method.
// Thread rule: main thread. Failure: io::InputError; a damaged recording is shown up to the damage
// and then ends with exit code 2.
#pragma once

#include "harness/cli/command.h"

namespace plumbline::harness {

void add_diff_command(CLI::App& app, Outcome& outcome);

}  // namespace plumbline::harness

// `plumbline locks`: which locks were waited for, by whom, and who held them.
// Thread rule: main thread. Failure: io::InputError; a damaged recording is shown up to the damage
// and then ends with exit code 2.
#pragma once

#include "harness/cli/command.h"

namespace plumbline::harness {

void add_locks_command(CLI::App& app, Outcome& outcome);

}  // namespace plumbline::harness

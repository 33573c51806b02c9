// `plumbline selftest`: deliberately wrong profilers must be caught, a true one never blamed.
//
// Called by main. Thread rule: main thread. Failure: io::InputError; Interrupted.
#pragma once

#include "harness/cli/command.h"

namespace plumbline::harness {

void add_selftest_command(CLI::App& app, Outcome& outcome);

}  // namespace plumbline::harness

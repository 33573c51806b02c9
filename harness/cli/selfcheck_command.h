// `plumbline selfcheck`: what this machine can tell, before anybody asks it about a profiler.
//
// Called by main. Thread rule: main thread. Failure: io::InputError; the outcome's exit code is 3
// when the machine is unfit.
#pragma once

#include "harness/cli/command.h"

namespace plumbline::harness {

void add_selfcheck_command(CLI::App& app, Outcome& outcome);

}  // namespace plumbline::harness

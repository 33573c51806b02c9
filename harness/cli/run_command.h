// `plumbline run`: workloads under the profiler, scored against the truth.
// Thread rule: main thread. Failure: io::InputError, Interrupted.
#pragma once

#include "harness/cli/command.h"

namespace plumbline::harness {

void add_run_command(CLI::App& app, Outcome& outcome);

}  // namespace plumbline::harness

// `plumbline record -- PROGRAM ARGUMENTS`: runs an unmodified program under the profiler.
//
// The command becomes the program (exec), so that exit status, signals, terminal and process id
// are the program's own, with nothing in between that could change them.
// Thread rule: main thread. Failure: io::InputError before the program starts.
#pragma once

#include "harness/cli/command.h"

namespace plumbline::harness {

void add_record_command(CLI::App& app, Outcome& outcome);

}  // namespace plumbline::harness

// `plumbline serve`: the page of a recording or result for browsers of this machine, until Ctrl-C.
//
// Called by main. Thread rule: main thread. Failure: throws io::InputError for an input that has no
// page and for a port that is in use; Interrupted on Ctrl-C.
#pragma once

#include "harness/cli/command.h"

namespace plumbline::harness {

void add_serve_command(CLI::App& app, Outcome& outcome);

}  // namespace plumbline::harness

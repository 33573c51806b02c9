// `plumbline export`: a recording, or chosen spans of it, in a format that other tools read.
//
// Called by main. Thread rule: one thread. Failure: throws io::InputError for a recording or a
// selection that cannot be used, and for a file that cannot be written; then none is there.
#pragma once

#include "harness/cli/command.h"

namespace plumbline::harness {

void add_export_command(CLI::App& app, Outcome& outcome);

}  // namespace plumbline::harness

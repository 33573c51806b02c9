// `plumbline report`: a recording or a result as one page to look at, in one HTML file.
//
// Called by main. Thread rule: one thread. Failure: throws io::InputError; a damaged recording is
// shown up to the damage, and ends with 2.
#pragma once

#include "harness/cli/command.h"

namespace plumbline::harness {

void add_report_command(CLI::App& app, Outcome& outcome);

}  // namespace plumbline::harness

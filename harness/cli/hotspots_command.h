// `plumbline hotspots`: where the time of chosen spans went, by category, method and call tree.
//
// Called by main. Thread rule: one thread. Failure: throws io::InputError for a recording or a
// selection that cannot be used; a damaged recording is shown up to the damage and ends with 2.
#pragma once

#include "harness/cli/command.h"

namespace plumbline::harness {

void add_hotspots_command(CLI::App& app, Outcome& outcome);

}  // namespace plumbline::harness

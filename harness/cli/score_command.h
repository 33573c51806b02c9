// `plumbline score`: judges profiles that were made elsewhere against the ledgers of their runs.
#pragma once

#include "harness/cli/command.h"

namespace plumbline::harness {

void add_score_command(CLI::App& app, Outcome& outcome);

}  // namespace plumbline::harness

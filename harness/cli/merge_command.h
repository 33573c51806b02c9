// `plumbline merge`: one result of the results of all shards of an experiment.
#pragma once

#include "harness/cli/command.h"

namespace plumbline::harness {

void add_merge_command(CLI::App& app, Outcome& outcome);

}  // namespace plumbline::harness

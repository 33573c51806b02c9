// `plumbline compare`: what got worse from one result to another, or against the baseline.
#pragma once

#include "harness/cli/command.h"

namespace plumbline::harness {

void add_compare_command(CLI::App& app, Outcome& outcome);

}  // namespace plumbline::harness

// `plumbline history`: the figures of many results over time.
#pragma once

#include "harness/cli/command.h"

namespace plumbline::harness {

void add_history_command(CLI::App& app, Outcome& outcome);

}  // namespace plumbline::harness

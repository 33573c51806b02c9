// `plumbline plot`: the figures of a result, drawn again.
// Thread rule: main thread. Failure: io::InputError.
#pragma once

#include "harness/cli/command.h"

namespace plumbline::harness {

void add_plot_command(CLI::App& app, Outcome& outcome);

}  // namespace plumbline::harness

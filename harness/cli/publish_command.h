// `plumbline publish`: a result in the formats that other tools read.
// Thread rule: main thread. Failure: io::InputError.
#pragma once

#include "harness/cli/command.h"

namespace plumbline::harness {

void add_publish_command(CLI::App& app, Outcome& outcome);

}  // namespace plumbline::harness

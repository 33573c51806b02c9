// `plumbline ledger`: what a workload truly did, from the ledger it wrote.
// Thread rule: main thread. Failure: io::InputError.
#pragma once

#include "harness/cli/command.h"

namespace plumbline::harness {

void add_ledger_command(CLI::App& app, Outcome& outcome);

}  // namespace plumbline::harness

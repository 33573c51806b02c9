// The machine and the build that a result comes from, so that results can be told apart later.
//
// Called once, before the first run. Thread rule: any thread.
// Failure: none; what cannot be read is left empty.
#pragma once

#include "harness/results/results.h"

namespace plumbline::harness {

Environment read_environment();

}  // namespace plumbline::harness

// The summary of a GitHub job's step: what a command appends to the file that the runner names.
//
// Called by `plumbline run` at its end. Without $GITHUB_STEP_SUMMARY it does nothing.
// Thread rule: main thread. Failure: none; a file that cannot be written, or is full, is one
// warning line on standard error: a verdict does not depend on who can be told.
#pragma once

#include "harness/results/results.h"

namespace plumbline::harness::publish {

void append_step_summary(const Results& results);

}  // namespace plumbline::harness::publish

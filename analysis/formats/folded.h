// Reads folded (collapsed) stacks: "root;caller;leaf COUNT", one stack a line.
//
// Called by read_profile. One type of samples, `samples` in `count`; no labels, no times. Empty
// lines and lines that start with '#' are passed over, every other line must be a stack.
// Thread rule: one thread. Failure: io::InputError with file and offset of the line.
#pragma once

#include "analysis/formats/input.h"
#include "analysis/formats/stack_profile.h"

namespace plumbline::formats {

StackProfile read_folded(const Input& input);

}  // namespace plumbline::formats

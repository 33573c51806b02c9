// Reads profile.proto, the format of pprof, once it is unpacked.
//
// Called by read_profile. Refuses what google/pprof's own reader refuses (ids that stand twice or
// are 0, locations and strings that do not exist, a sample with another number of values than there
// are types), so that whatever is not pprof can be tried as something else.
// Thread rule: one thread. Failure: io::InputError with file and offset.
#pragma once

#include "analysis/formats/input.h"
#include "analysis/formats/stack_profile.h"

namespace plumbline::formats {

StackProfile read_pprof(const Input& input);

}  // namespace plumbline::formats

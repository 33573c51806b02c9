// async-profiler on the bench, as an agent that is preloaded into a native program.
//
// Debian has no package of it: it is used where its library is on the machine. Collapsed stacks, a
// count of samples each. Claims CPU and functions of the whole process.
// Thread rule: the main thread. Failure: io::InputError for stacks that cannot be read.
#pragma once

#include <memory>

#include "harness/profilers/profiler_adapter.h"

namespace plumbline::harness {

std::unique_ptr<ProfilerAdapter> async_profiler(int rate_hz);

}  // namespace plumbline::harness

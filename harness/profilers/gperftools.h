// gperftools' libprofiler on the bench: preloaded, CPU by a process-wide timer on the kernel's
// tick.
//
// Claims CPU and functions of the whole process.
// Thread rule: the main thread. Failure: io::InputError for a profile that cannot be read.
#pragma once

#include <memory>

#include "harness/profilers/profiler_adapter.h"

namespace plumbline::harness {

std::unique_ptr<ProfilerAdapter> gperftools_profiler();

}  // namespace plumbline::harness

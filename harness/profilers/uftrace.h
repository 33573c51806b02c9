// uftrace on the bench: the injected functions of a program that was not built for it, patched at
// their first instructions, so that each call is timed.
//
// Without -pg or patchable entries uftrace can do no more than that (-P). What it gives is the wall
// time of calls less preemption where the kernel lets it see that: no CPU, no samples. Claims
// functions of the whole process, by wall.
// Thread rule: the main thread. Failure: io::InputError when its report cannot be had.
#pragma once

#include <memory>
#include <string>

#include "harness/profilers/profiler_adapter.h"

namespace plumbline::harness {

std::unique_ptr<ProfilerAdapter> uftrace_profiler();

// The table of `uftrace report -f total,self,call`.
Profile parse_uftrace_report(const std::string& report);

}  // namespace plumbline::harness

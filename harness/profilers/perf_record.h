// `perf record` on the bench: the task clock, stacks by frame pointers or from DWARF.
//
// Read by `perf script`, whose text is kept beside the data. Claims CPU and functions of the whole
// process. Thread rule: the main thread. Failure: io::InputError when perf script fails or prints
// what cannot be read.
#pragma once

#include <memory>
#include <string>

#include "harness/profilers/profiler_adapter.h"

namespace plumbline::harness {

// `call_graph`: "fp" or "dwarf".
std::unique_ptr<ProfilerAdapter> perf_profiler(const std::string& call_graph);

// Takes the lines that tell of lost events out of what perf script printed; returns the events.
std::int64_t take_lost_events(std::string& script);

}  // namespace plumbline::harness

// The profilers that can be put on the bench, by the names that `--profiler` takes.
//
// Thread rule: the main thread. Failure: io::InputError for a name that is none.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "harness/profilers/profiler_adapter.h"
#include "harness/results/results.h"

namespace plumbline::harness {

// "built-in", "built-in:clock=timer", "bare", "perf", "perf-dwarf", "gperftools", "uftrace",
// "async-profiler", or a file that describes another. `library`: of the built-in one.
std::unique_ptr<ProfilerAdapter> find_profiler(const std::string& name,
                                               const std::filesystem::path& library, int rate_hz);

// Those that can be used here, and a row for each that was asked for.
struct Bench {
  std::vector<std::shared_ptr<const ProfilerAdapter>> present;
  std::vector<ProfilerRow> rows;
};

// Says on standard error which are missing, a line each.
Bench set_up_bench(const std::vector<std::string>& names, const std::filesystem::path& library,
                   int rate_hz, const Interruption& interruption);

}  // namespace plumbline::harness

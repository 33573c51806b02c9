// The standard suite again and again without any fault: how often does the judge blame a profiler
// for nothing?
//
// Called by `plumbline selftest --clean N`. Thread rule: the main thread. Failure: io::InputError,
// Interrupted, as the experiment's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "harness/results/results.h"
#include "harness/runs/installation.h"
#include "harness/runs/interruption.h"

namespace plumbline::harness {

struct CleanRun {
  int exit_code = 0;
  std::string reason;               // of the result
  std::string unfit;                // why the machine was not fit for it; empty: it was
  std::vector<std::string> failed;  // rows

  bool false_alarm() const { return !failed.empty(); }
};

// What one result of the standard suite amounts to. The machine is judged as by `selfcheck`, by the
// runs of the standard scenario, and by the run of the suite itself.
CleanRun clean_run_of(const Results& results);

// `folder`: takes one result for each.
std::vector<CleanRun> run_clean_suites(std::int64_t count, const Installation& installation,
                                       const std::filesystem::path& folder,
                                       const Interruption& interruption,
                                       const std::function<void(const CleanRun&)>& each);

}  // namespace plumbline::harness

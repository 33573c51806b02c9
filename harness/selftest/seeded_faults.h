// The seeded faults, as their runner reports them.
//
// The runner is a Python program among the sources (tests/faults/seeded_faults.py): it patches,
// builds by CMake and runs variants of these programs, which needs the sources anyway and nothing
// that is in C++. It is found through the CMakeCache.txt of the build tree that this program is in.
// Called by `plumbline selftest`. Thread rule: the main thread. Failure: io::InputError: this is no
// build tree, no such fault, a variant that does not build; Interrupted.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "harness/runs/installation.h"
#include "harness/runs/interruption.h"

namespace plumbline::harness {

struct FaultOutcome {
  std::string fault, scenario;
  std::string outcome;  // "caught", "held", "MISSED", "not judged", "skipped"
  std::string detail;
  std::vector<std::string> must_fail, failed_elsewhere;
  double build_s = 0, run_s = 0;
};

// The sources that the build tree `root` was made of.
std::filesystem::path sources_of(const std::filesystem::path& root);

// `names`: empty: all. `each` is told of each fault as it was judged.
std::vector<FaultOutcome> try_seeded_faults(const Installation& installation,
                                            const std::vector<std::string>& names,
                                            const Interruption& interruption,
                                            const std::function<void(const FaultOutcome&)>& each);

}  // namespace plumbline::harness

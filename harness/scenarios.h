// Which scenarios there are, and which of them make up a suite.
//
// Used by `plumbline run` and `plumbline list`. Thread rule: any thread.
// Failure: io::InputError: no such suite, no scenario of that name, a file that cannot be read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/runs/installation.h"
#include "harness/sweep.h"
#include "workloads/spec.h"

namespace plumbline::harness {

struct Suite {
  std::string_view name, description;
  std::vector<std::string> scenarios;  // names, or globs over the names of the installed ones
  std::int64_t repeats = 10;           // before the first look at the verdicts
  std::int64_t most_repeats = 20;      // while something is undecided
  std::int64_t rounds = 0;             // of every scenario; 0: as written in it
  std::vector<std::string> except;     // names that a glob shall not take
  bool takes_scenarios = true;
  bool takes_sweeps = false;
};

std::span<const Suite> suites();
const Suite& find_suite(const std::string& name);

// By name. A file that is no scenario is an error.
std::vector<workloads::Spec> installed_scenarios(const std::filesystem::path& folder);

// What shall be run.
struct Selection {
  std::vector<workloads::Spec> scenarios;
  std::vector<Sweep> sweeps;
};

// `pattern`: a file ("x.json") with a scenario, else a name or a glob over the names of installed
// scenarios and sweeps. Adds what it means.
void select_scenarios(const Installation& installation, const std::string& pattern,
                      Selection& selection);

Selection select_suite(const Installation& installation, const Suite& suite);

}  // namespace plumbline::harness

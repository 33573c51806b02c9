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

#include "workloads/spec.h"

namespace plumbline::harness {

struct Suite {
  std::string_view name, description;
  std::vector<std::string> scenarios;
  std::int64_t repeats = 10;
  std::int64_t rounds = 0;  // of every scenario; 0: as written in it
};

std::span<const Suite> suites();
const Suite& find_suite(const std::string& name);

// By name. A file that is no scenario is an error.
std::vector<workloads::Spec> installed_scenarios(const std::filesystem::path& folder);

// `pattern`: a file ("x.json"), else a name or a glob over the names of the installed ones.
std::vector<workloads::Spec> find_scenarios(const std::filesystem::path& folder,
                                            const std::string& pattern);

std::vector<workloads::Spec> scenarios_of(const Suite& suite, const std::filesystem::path& folder);

}  // namespace plumbline::harness

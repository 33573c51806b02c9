#include "harness/scenarios.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <system_error>

#include "analysis/io/error.h"

namespace plumbline::harness {
namespace {

using workloads::Spec;

std::string names_of(std::span<const Suite> all) {
  std::string names;
  for (const Suite& suite : all) {
    names += (names.empty() ? "" : ", ") + std::string(suite.name);
  }
  return names;
}

Spec with_rounds(const Spec& spec, std::int64_t rounds) {
  nlohmann::ordered_json json = nlohmann::ordered_json::parse(spec.json);
  json["rounds"] = rounds;
  return workloads::parse_spec(json.dump(2), spec.name);
}

}  // namespace

std::span<const Suite> suites() {
  static const std::vector<Suite> kSuites = {
      {"standard", "every category, nested spans, and controls", {"standard", "controls"}, 10, 0},
      {"smoke", "the standard scenario in short: does it work here?", {"standard"}, 3, 6},
  };
  return kSuites;
}

const Suite& find_suite(const std::string& name) {
  for (const Suite& suite : suites()) {
    if (suite.name == name) return suite;
  }
  throw io::InputError(
      fmt::format("--suite {}: no such suite; there are: {}", name, names_of(suites())));
}

std::vector<Spec> installed_scenarios(const std::filesystem::path& folder) {
  std::error_code error;
  std::vector<Spec> specs;
  std::filesystem::directory_iterator files(folder, error);
  if (error) throw io::system_failure(folder, "no scenarios there", error.value());
  for (const std::filesystem::directory_entry& file : files) {
    if (file.path().extension() == ".json") specs.push_back(workloads::read_spec(file.path()));
  }
  std::sort(specs.begin(), specs.end(),
            [](const Spec& a, const Spec& b) { return a.name < b.name; });
  return specs;
}

std::vector<Spec> find_scenarios(const std::filesystem::path& folder, const std::string& pattern) {
  if (pattern.ends_with(".json")) return {workloads::read_spec(pattern)};
  std::vector<Spec> found;
  for (Spec& spec : installed_scenarios(folder)) {
    if (fnmatch(pattern.c_str(), spec.name.c_str(), 0) == 0) found.push_back(std::move(spec));
  }
  if (found.empty()) {
    throw io::InputError(
        fmt::format("--scenario {}: no scenario of that name in {}; `plumbline list` shows them",
                    pattern, folder.string()));
  }
  return found;
}

std::vector<Spec> scenarios_of(const Suite& suite, const std::filesystem::path& folder) {
  std::vector<Spec> specs;
  for (const std::string& name : suite.scenarios) {
    for (Spec& spec : find_scenarios(folder, name)) {
      specs.push_back(suite.rounds > 0 ? with_rounds(spec, suite.rounds) : std::move(spec));
    }
  }
  return specs;
}

}  // namespace plumbline::harness

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
      {"smoke", "the standard scenario in short: does it work here?", {"standard"}, 3, 3, 6, {}},
      {"standard",
       "every category, nested spans, and controls",
       {"standard", "controls"},
       10,
       20,
       0,
       {}},
      {"adversarial", "every known way to be wrong", {"*"}, 3, 6, 0, {"standard", "controls"}},
      {"sweeps", "curves of the error over a parameter", {"*"}, 3, 3, 0, {}, false, true},
      {"full", "all of it", {"*"}, 3, 6, 0, {}, true, true},
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

void select_scenarios(const Installation& installation, const std::string& pattern,
                      Selection& selection) {
  if (pattern.ends_with(".json")) {
    selection.scenarios.push_back(workloads::read_spec(pattern));
    return;
  }
  const auto is_meant = [&](const std::string& name) {
    return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
  };
  const std::size_t before = selection.scenarios.size() + selection.sweeps.size();
  for (Spec& spec : installed_scenarios(installation.scenarios)) {
    if (is_meant(spec.name)) selection.scenarios.push_back(std::move(spec));
  }
  for (Sweep& sweep : installed_sweeps(installation.sweeps)) {
    if (is_meant(sweep.name)) selection.sweeps.push_back(std::move(sweep));
  }
  if (selection.scenarios.size() + selection.sweeps.size() > before) return;
  throw io::InputError(
      fmt::format("--scenario {}: no scenario of that name in {}; `plumbline list` shows them",
                  pattern, installation.scenarios.string()));
}

Selection select_suite(const Installation& installation, const Suite& suite) {
  Selection selection;
  for (const std::string& pattern : suite.scenarios) {
    select_scenarios(installation, pattern, selection);
  }
  std::erase_if(selection.scenarios, [&](const Spec& spec) {
    return !suite.takes_scenarios || std::ranges::count(suite.except, spec.name) != 0;
  });
  if (!suite.takes_sweeps) selection.sweeps.clear();
  if (suite.rounds > 0) {
    for (Spec& spec : selection.scenarios) spec = with_rounds(spec, suite.rounds);
  }
  return selection;
}

}  // namespace plumbline::harness

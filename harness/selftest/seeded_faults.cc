#include "harness/selftest/seeded_faults.h"

#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "analysis/io/error.h"
#include "harness/runs/child_process.h"
#include "harness/runs/run_directory.h"

namespace plumbline::harness {
namespace {

// Of one fault: the first one waits for the whole unpatched tree.
constexpr std::chrono::minutes kPatience{30};

FaultOutcome outcome_of(const std::string& line) {
  const nlohmann::json json = nlohmann::json::parse(line);
  FaultOutcome fault;
  json.at("fault").get_to(fault.fault);
  json.at("scenario").get_to(fault.scenario);
  json.at("outcome").get_to(fault.outcome);
  json.at("detail").get_to(fault.detail);
  json.at("must_fail").get_to(fault.must_fail);
  json.at("failed_elsewhere").get_to(fault.failed_elsewhere);
  json.at("build_s").get_to(fault.build_s);
  json.at("run_s").get_to(fault.run_s);
  return fault;
}

ChildCommand runner(const std::filesystem::path& root, const std::vector<std::string>& names,
                    const std::filesystem::path& log) {
  ChildCommand command;
  command.arguments = {"/usr/bin/python3",
                       sources_of(root) / "tests" / "faults" / "seeded_faults.py", "--build", root,
                       "--lines"};
  command.arguments.insert(command.arguments.end(), names.begin(), names.end());
  command.environment = {{"PYTHONDONTWRITEBYTECODE", "1"}};
  command.log = log;
  command.death_signal = SIGTERM;  // it ends what it has started
  return command;
}

}  // namespace

std::filesystem::path sources_of(const std::filesystem::path& root) {
  std::ifstream cache(root / "CMakeCache.txt");
  const std::string key = "CMAKE_HOME_DIRECTORY:INTERNAL=";
  for (std::string line; std::getline(cache, line);) {
    if (!line.starts_with(key)) continue;
    const std::filesystem::path sources = line.substr(key.size());
    std::error_code ignored;
    if (std::filesystem::exists(sources / "tests" / "faults" / "seeded_faults.py", ignored)) {
      return sources;
    }
  }
  throw io::InputError(
      fmt::format("{}: no build tree, and seeded faults are built from the sources; run "
                  "build/release/bin/plumbline selftest in a clone, or use --faults none",
                  root.string()));
}

std::vector<FaultOutcome> try_seeded_faults(const Installation& installation,
                                            const std::vector<std::string>& names,
                                            const Interruption& interruption,
                                            const std::function<void(const FaultOutcome&)>& each) {
  const std::filesystem::path root = installation.library.parent_path().parent_path();
  const RunDirectory run;  // for the log
  ChildProcess python(runner(root, names, run.path() / "faults.log"), interruption);
  const std::size_t count = std::stoul(python.read_line(kPatience));
  std::vector<FaultOutcome> outcomes;
  for (std::size_t i = 0; i < count; ++i) {
    outcomes.push_back(outcome_of(python.read_line(kPatience)));
    each(outcomes.back());
  }
  python.finish(kPatience);
  return outcomes;
}

}  // namespace plumbline::harness

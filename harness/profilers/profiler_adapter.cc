#include "harness/profilers/profiler_adapter.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <system_error>

#include "analysis/io/error.h"
#include "harness/runs/child_process.h"
#include "harness/runs/run_directory.h"
#include "harness/runs/target_program.h"

namespace plumbline::harness {

std::vector<std::string> functions_of(const workloads::Spec& spec) {
  std::set<std::string> names;
  const auto add = [&](const workloads::Segment& segment) {
    if (segment.kind == workloads::LedgerKind::kCpu && segment.function != nullptr) {
      names.emplace(segment.function->name);
    }
  };
  if (spec.between) add(*spec.between);
  for (const workloads::Endpoint& endpoint : spec.endpoints) {
    for (const workloads::Step* step : workloads::steps_by_number(endpoint)) {
      if (step != nullptr && step->span.empty()) add(step->segment);
    }
  }
  return {names.begin(), names.end()};
}

std::filesystem::path find_library(const std::string& name,
                                   const std::vector<std::filesystem::path>& more_folders) {
  std::vector<std::filesystem::path> folders = more_folders;
  for (const char* folder : {"/usr/local/lib", "/usr/lib/x86_64-linux-gnu", "/usr/lib64",
                             "/usr/lib", "/lib/x86_64-linux-gnu"}) {
    folders.emplace_back(folder);
  }
  std::error_code ignored;
  const auto found = std::ranges::find_if(folders, [&](const std::filesystem::path& folder) {
    return std::filesystem::is_regular_file(folder / name, ignored);
  });
  return found == folders.end() ? std::filesystem::path() : *found / name;
}

std::filesystem::path find_tool(const std::string& name) {
  try {
    return std::filesystem::absolute(find_program(name));
  } catch (const io::InputError&) {
    return {};
  }
}

std::string output_of(const std::vector<std::string>& command, const Interruption& interruption) {
  const RunDirectory run;  // for the log
  return ChildProcess({.arguments = command, .log = run.path() / "tool.log"}, interruption)
      .finish(std::chrono::minutes(5));
}

}  // namespace plumbline::harness

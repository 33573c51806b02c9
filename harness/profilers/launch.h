// How a workload is started under a profiler.
//
// Made by whoever knows the profiler, used by profiled_run. Thread rule: plain data. Failure: none.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace plumbline::harness {

struct Launch {
  std::vector<std::string> prefix{};  // before the workload's own command; the first is a path
  std::map<std::string, std::string> environment{};  // on top of the harness's own
};

}  // namespace plumbline::harness

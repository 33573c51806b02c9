#include "harness/publish/json_text.h"

namespace plumbline::harness::publish {

std::string row_name(std::string_view scenario, std::string_view profiler,
                     std::string_view endpoint, std::string_view what) {
  std::string name;
  for (const std::string_view part : {scenario, profiler, endpoint, what}) {
    if (part.empty()) continue;
    if (!name.empty()) name += '/';
    name += part;
  }
  return printable_name(name);
}

}  // namespace plumbline::harness::publish

#include "harness/cli/like_programs.h"

#include <fmt/format.h>

#include "analysis/io/error.h"

namespace plumbline::harness {

RecordedProgram recorded_program(const std::string& file, const analysis::Recording& recording) {
  if (recording.modules.empty()) return {file, ""};
  const std::string& path = recording.modules.front().path;
  return {file, path.substr(path.rfind('/') + 1)};
}

void require_like_programs(const std::vector<RecordedProgram>& programs) {
  const RecordedProgram* first = nullptr;
  for (const RecordedProgram& other : programs) {
    if (other.program.empty()) continue;
    if (first == nullptr) first = &other;
    if (other.program == first->program) continue;
    throw io::InputError(
        fmt::format("{} is of the program {}, {} of {}: their figures have little to do with each "
                    "other; --unlike compares them all the same",
                    first->file, first->program, other.file, other.program));
  }
}

}  // namespace plumbline::harness

// Are recordings of one program? What compares two of them asks first.
//
// Told by the file name of the main executable: another folder or another build of it is what a
// comparison is for. Used by endpoints_command.cc and diff_command.cc.
// Thread rule: pure. Failure: throws io::InputError that says which programs they are of.
#pragma once

#include <string>
#include <vector>

#include "analysis/recording/recording.h"

namespace plumbline::harness {

struct RecordedProgram {
  std::string file;     // of the recording
  std::string program;  // file name of the main executable; empty: the recording does not tell
};

RecordedProgram recorded_program(const std::string& file, const analysis::Recording& recording);

void require_like_programs(const std::vector<RecordedProgram>& programs);

}  // namespace plumbline::harness

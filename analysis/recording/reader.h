// Reads a recording into columns.
//
// Called by every command that takes a recording, and by the harness. Thread rule: any thread.
// Failure: throws io::InputError with file and offset when the file is missing, empty, not a
// recording, of another version, or holds no whole block. A file that is cut or damaged behind
// its first block is read up to the damage: Recording::report says so.
#pragma once

#include <filesystem>

#include "analysis/recording/block_reader.h"
#include "analysis/recording/recording.h"

namespace plumbline::analysis {

Recording read_recording(const std::filesystem::path& file);

// The same from memory; `file` names it in errors.
Recording read_recording(Bytes bytes, const std::filesystem::path& file);

}  // namespace plumbline::analysis

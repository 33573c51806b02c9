// Reads results.json, version 1: what results_writer wrote, or what somebody says it wrote.
//
// Called by the commands that work on results (publish). A file that is read and written again has
// the same bytes. Fields and sections that this version does not know are passed over.
// Bounds: a larger file is refused before it is read. Memory is at most some six times the file:
// each row becomes its struct as soon as it was parsed, and what is small in the file but large in
// memory (reasons and losses of runs) is counted.
// Thread rule: any thread. Failure: io::InputError, one line with file and byte or field.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>

#include "harness/results/results.h"

namespace plumbline::harness {

// A million cells without their runs; 400,000 as the writer indents them.
inline constexpr std::uint64_t kMaxResultsBytes = 512ull << 20;

// Reasons and losses of all runs together.
inline constexpr std::size_t kMaxResultNotes = 2'000'000;

// `path`: the file, or a folder with a results.json.
Results read_results(const std::filesystem::path& path);

// `file` is for complaints.
Results results_from_json(std::string_view text, const std::filesystem::path& file);

}  // namespace plumbline::harness

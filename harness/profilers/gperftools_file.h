// The CPU profile that gperftools' libprofiler writes: its binary format, version 0.
//
// Words of 8 bytes, little endian: header {0, 3, 0, period in us, 0}; for each stack {samples,
// depth, depth addresses, leaf first}; trailer {0, 1, 0}; then the text of /proc/self/maps.
// Addresses above the leaf are return addresses. Used by the adapter of gperftools and by `score`.
// Thread rule: pure. Failure: io::InputError with the file and the byte: cut, another word size or
// byte order, counts that the file cannot hold.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "analysis/recording/recording.h"
#include "harness/profilers/profile.h"

namespace plumbline::harness {

struct GperftoolsStack {
  std::uint64_t samples = 0;
  std::vector<std::uint64_t> addresses;  // leaf first
};

struct GperftoolsProfile {
  std::int64_t period_ns = 0;
  std::vector<GperftoolsStack> stacks;
  std::string_view maps;  // within what was read
};

bool is_gperftools_profile(std::string_view bytes);
GperftoolsProfile parse_gperftools(std::string_view bytes, const std::filesystem::path& file);

// The executable mappings, as the symbolizer wants them; files are looked at as they are now.
std::vector<analysis::Module> modules_of_maps(std::string_view maps);

// Symbolised, over the whole process: gperftools knows neither threads nor spans.
Profile read_gperftools(const std::filesystem::path& file);

}  // namespace plumbline::harness

// A gate file: tolerances and assertions of a CI job, as JSON (results/schema/gate-1.schema.json).
//
// Read by `plumbline run --gate`; `--print-gate` writes the defaults as such a file. What a file
// does not say is as by default. Every object may have a "comment". harness/gate/README.md has
// the meaning of each field.
// Bounds: 1 MiB, 1,000 entries a list.
// Thread rule: any thread. Failure: io::InputError, one line: file, key path, what is wanted.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "harness/gate/gate_rules.h"

namespace plumbline::harness {

inline constexpr std::size_t kMaxGateBytes = 1 << 20;
inline constexpr std::size_t kMaxGateEntries = 1000;

Gate read_gate(const std::filesystem::path& file);
Gate gate_from_json(std::string_view text, const std::filesystem::path& file);

// The defaults as a file: read again, it judges as they do.
std::string default_gate_text();

}  // namespace plumbline::harness

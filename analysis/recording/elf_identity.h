// What has to be known of an ELF file before its symbols may be believed.
//
// Used by the symbolizer: a file whose build id is not the recorded one was rebuilt since, and its
// symbols would name the wrong code.
// Thread rule: pure. Failure: std::nullopt for what is not a 64-bit little-endian ELF file; a file
// with damaged notes has no build id. No offset in the file is trusted.
#pragma once

#include <optional>
#include <string>

#include "analysis/recording/block_reader.h"

namespace plumbline::analysis {

struct ElfIdentity {
  std::string build_id;          // hex; empty: the file has none
  bool is_position_independent;  // its addresses are relative to where it is loaded
};

std::optional<ElfIdentity> identify_elf(Bytes file_bytes);

std::string as_hex(Bytes bytes);

}  // namespace plumbline::analysis

// The scope changes of a recording as they stand in the file: with the capture times that the
// tables of analysis/recording do not hold.
//
// Used by tests. Failure: throws as the reader does.
#pragma once

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "analysis/recording/block_reader.h"

namespace plumbline {

inline std::vector<format::ScopeChange> scope_changes_in(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  analysis::BlockReader blocks(std::as_bytes(std::span(bytes)));
  std::vector<format::ScopeChange> changes;
  while (const auto block = blocks.next()) {
    for (analysis::Bytes rest = block->payload; !rest.empty();) {
      format::RecordHeader header;
      std::memcpy(&header, rest.data(), sizeof header);
      if (header.type == format::RecordType::kScopeEnter ||
          header.type == format::RecordType::kScopeLeave) {
        std::memcpy(&changes.emplace_back(), rest.data(), sizeof(format::ScopeChange));
      }
      rest = rest.subspan(header.size_bytes);
    }
  }
  return changes;
}

}  // namespace plumbline

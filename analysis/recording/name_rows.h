// Names of a recording: from the ids in records to rows of Recording::names.
//
// Used by the assembler. Name records may stand behind the records that use them, so ids are
// resolved when the whole file was read. Equal texts share a row whatever their ids.
// Thread rule: one thread. Failure: an id without a name is kUnknownName, counted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "analysis/recording/recording.h"

namespace plumbline::analysis {

class NameRows {
 public:
  explicit NameRows(Recording& recording);

  void add(std::uint32_t name_id, std::string_view text);
  Index row_of(std::uint32_t name_id);  // once all were added

 private:
  Index intern(std::string_view text);

  Recording& recording_;
  std::unordered_map<std::string, Index> row_of_text_;
  std::unordered_map<std::uint32_t, Index> row_of_id_;
};

}  // namespace plumbline::analysis

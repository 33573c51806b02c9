#include "analysis/recording/name_rows.h"

#include <cassert>

namespace plumbline::analysis {

NameRows::NameRows(Recording& recording) : recording_(recording) {
  intern("");
  intern("<unknown>");
  intern("<unfinished>");
  assert(recording_.names[kUnknownName] == "<unknown>");
  assert(recording_.names[kUnfinishedName] == "<unfinished>");
}

Index NameRows::intern(std::string_view text) {
  const auto next_row = static_cast<Index>(recording_.names.size());
  const auto [entry, is_new] = row_of_text_.try_emplace(std::string(text), next_row);
  if (is_new) recording_.names.emplace_back(text);
  return entry->second;
}

void NameRows::add(std::uint32_t name_id, std::string_view text) {
  row_of_id_.try_emplace(name_id, intern(text));
}

Index NameRows::row_of(std::uint32_t name_id) {
  const auto entry = row_of_id_.find(name_id);
  if (entry != row_of_id_.end()) return entry->second;
  ++recording_.report.unresolved_names;
  return kUnknownName;
}

}  // namespace plumbline::analysis

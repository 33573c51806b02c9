#include "analysis/exports/code_places.h"

#include "analysis/exports/export_text.h"

namespace plumbline::exports {

using analysis::CodeLocation;
using analysis::Index;
using analysis::kNone;

CodePlaces::CodePlaces(const analysis::Recording& recording)
    : recording_(recording), symbolizer_(recording.modules), keys_(recording.stacks.size()) {}

std::vector<Index> CodePlaces::of_key(Index key) {
  if (!keys_.is_sample(key) && !keys_.is_wait(key)) {
    return {of_bracket(analysis::stackless_name(keys_.stackless_frame_of(key)))};
  }
  const analysis::StackTable& stacks = recording_.stacks;
  const Index stack = keys_.stack(key);
  std::vector<Index> places;
  for (std::uint64_t at = stacks.first[stack]; at < stacks.first[stack + 1]; ++at) {
    const bool is_leaf = keys_.is_sample(key) && at == stacks.first[stack];
    places.push_back(of_address(stacks.frames[at], is_leaf));
  }
  return places;
}

Index CodePlaces::of_address(std::uint64_t address, bool is_leaf) {
  if (!is_leaf && address <= format::kMaxLeftOut) {
    return of_bracket(symbolizer_.at_call_before(address).front().function);
  }
  const std::uint64_t code = is_leaf ? address : address - 1;
  const std::uint64_t hash = analysis::mixed(code);
  Index row = by_address_.find(hash, [&](Index at) { return places_[at].address == code; });
  if (row != kNone) return row;
  row = static_cast<Index>(places_.size());
  CodePlace place{code, symbolizer_.module_of(code), symbolizer_.at(code)};
  for (CodeLocation& line : place.lines) {
    line.function = safe_name(line.function);
    if (!line.file.empty()) line.file = safe_name(line.file);
  }
  places_.push_back(std::move(place));
  by_address_.add(hash, row);
  return row;
}

Index CodePlaces::of_bracket(const std::string& name) {
  const auto [entry, is_new] = by_bracket_.try_emplace(name, static_cast<Index>(places_.size()));
  if (is_new) places_.push_back({0, kNone, {{name, "", 0}}});
  return entry->second;
}

}  // namespace plumbline::exports

// Cuts results.json into its rows while it is parsed: the whole document is never held as a tree.
//
// Used by the reader of results. Only the row that is being read is a tree; sections that this
// version does not know are passed over, as version 1 may grow.
// Bounds: depth and values of a row; so memory is that of one row, whatever the file holds.
// Thread rule: one thread. Failure: io::InputError with the file and the byte or the field.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace plumbline::harness {

inline constexpr std::size_t kMaxResultsDepth = 16;
inline constexpr std::size_t kMaxRowValues = 1'000'000;

struct ResultsRow {
  std::string section;
  std::string place;  // "cells[12]" of an array's element, "summary" of a section that is one value
  bool element = false;
};

using TakeRow = std::function<void(const ResultsRow& row, const nlohmann::json& value)>;

// Calls `take` for each section's value, or for each element of a section that is an array, in the
// order of the document. An empty array calls nothing. Returns the sections that there are, and of
// each whether it is an array.
std::map<std::string, bool> read_results_document(std::string_view text,
                                                  const std::filesystem::path& file,
                                                  const TakeRow& take);

}  // namespace plumbline::harness

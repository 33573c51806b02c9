// Times as they stand in tables and in JSON: one column, or one key, for each category.
//
// Used by the commands that show where time went (endpoints, threads).
// Thread rule: pure. Failure: none.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/attribution/partition.h"
#include "analysis/io/text_table.h"
#include "analysis/recording/recording.h"

namespace plumbline::harness {

// Milliseconds to the microsecond. What rounds to nothing has no sign.
std::string milliseconds(std::int64_t ns);

// To two digits, with its sign; "-" where there is nothing.
std::string percent(std::int64_t part, std::int64_t whole);

// After those of the table's own: one for each category, and the residual.
void add_time_columns(std::vector<io::Column>& columns);

// Two rows: `cells` and the times below the time columns, then their percent of the wall.
void add_time_rows(io::TextTable& table, std::vector<std::string> cells,
                   const analysis::TimeParts& time, io::Emphasis emphasis);

// The reasons of `other`, largest first, as a line: no such time is left unexplained. Empty where
// there is none.
std::string reasons_text(const analysis::TimeParts& time);

// A line that says what of a damaged file was not read; empty for a sound one.
std::string damage_text(const analysis::ReadReport& report);

// Numbers under the names of their places.
template <class Numbers, class Names>
nlohmann::ordered_json by_name(const Numbers& numbers, const Names& names) {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < numbers.size(); ++i) object[std::string(names[i])] = numbers[i];
  return object;
}

nlohmann::ordered_json time_json(const analysis::TimeParts& time);

// ASCII only: names may hold anything, and the reader may be a terminal.
std::string text_of(const nlohmann::ordered_json& document);

}  // namespace plumbline::harness

// The fields of one row of results.json, each read with the type that it must have.
//
// Used by the reader of results. A row knows its place ("cells[12]"), so that a complaint names
// file, field, what was expected and what was found.
// Thread rule: one thread; file, place and row must outlive it.
// Failure: io::InputError, "FILE: cells[12].error_ns: expected a number, found "x"".
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/statistics/intervals.h"

namespace plumbline::harness {

// Longer texts are no names: what publishes them would repeat them for each run.
inline constexpr std::size_t kMaxResultTextBytes = 65'536;

class RowFields {
 public:
  // Complains when `row` is not an object.
  RowFields(const std::filesystem::path& file, std::string place, const nlohmann::json& row);

  std::string text(std::string_view key) const;
  std::string name(std::string_view key) const;         // a text, not empty
  std::string text_if_any(std::string_view key) const;  // "" when absent or null
  bool boolean(std::string_view key) const;
  std::int64_t integer(std::string_view key) const;
  std::int64_t count(std::string_view key) const;  // 0 or more
  std::int64_t integer_among(std::string_view key, std::initializer_list<std::int64_t> all) const;
  std::uint64_t seed(std::string_view key) const;
  std::optional<std::int64_t> integer_if_any(std::string_view key) const;
  double number(std::string_view key) const;
  double amount(std::string_view key) const;                        // 0 or more
  std::optional<double> number_if_any(std::string_view key) const;  // null, or absent
  double number_or(std::string_view key, double stand_in) const;    // null; never absent
  std::optional<Interval> interval(std::string_view key) const;     // null; never absent
  std::size_t choice(std::string_view key, const std::vector<std::string_view>& choices) const;

  bool has(std::string_view key) const { return find(key) != nullptr; }
  bool is_null(std::string_view key) const { return has(key) && find(key)->is_null(); }
  // "FILE: PLACE: WHAT", for rules that no single field can break.
  [[noreturn]] void refuse(const std::string& what) const;
  RowFields object(std::string_view key) const;
  std::vector<RowFields> objects(std::string_view key) const;
  std::vector<std::string> names(std::string_view key, std::size_t max_count) const;
  std::vector<double> numbers(std::string_view key, std::size_t max_count) const;
  // The keys of this object, at most so many.
  std::vector<std::string> keys(std::size_t max_count) const;

 private:
  const nlohmann::json* find(std::string_view key) const;
  const nlohmann::json& array(std::string_view key, std::size_t max_count) const;
  // By `key`, or by the place itself when that is empty.
  [[noreturn]] void expected(std::string_view key, const std::string& what) const;
  std::string text_of(const nlohmann::json* value, std::string_view key) const;

  const std::filesystem::path* file_;
  std::string place_;
  const nlohmann::json* row_;
};

}  // namespace plumbline::harness

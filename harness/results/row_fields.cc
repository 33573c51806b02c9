#include "harness/results/row_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/io/error.h"

namespace plumbline::harness {
namespace {

using nlohmann::json;

std::string shown(const json* value) {
  constexpr std::size_t kMaxShownBytes = 40;
  if (value == nullptr) return "nothing";
  if (value->is_object()) return "an object";
  if (value->is_array()) return fmt::format("an array of {}", value->size());
  if (value->is_string() && value->get_ref<const std::string&>().size() > kMaxShownBytes) {
    return fmt::format("a text of {} bytes", value->get_ref<const std::string&>().size());
  }
  return value->dump(-1, ' ', true, json::error_handler_t::replace);
}

bool is_finite_number(const json* value) {
  return value != nullptr && value->is_number() && std::isfinite(value->get<double>());
}

bool is_int64(const json* value) {
  if (value == nullptr || !value->is_number_integer()) return false;
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return !value->is_number_unsigned() || value->get<std::uint64_t>() <= kMax;
}

}  // namespace

RowFields::RowFields(const std::filesystem::path& file, std::string place, const json& row)
    : file_(&file), place_(std::move(place)), row_(&row) {
  if (!row.is_object()) {
    throw io::InputError(
        fmt::format("{}: {}: expected an object, found {}", file.string(), place_, shown(&row)));
  }
}

void RowFields::expected(std::string_view key, const std::string& what) const {
  throw io::InputError(fmt::format("{}: {}{}{}: expected {}, found {}", file_->string(), place_,
                                   place_.empty() || key.empty() ? "" : ".", key, what,
                                   key.empty() ? shown(row_) : shown(find(key))));
}

void RowFields::refuse(const std::string& what) const {
  throw io::InputError(fmt::format("{}: {}: {}", file_->string(), place_, what));
}

const json* RowFields::find(std::string_view key) const {
  const auto member = row_->find(key);
  return member == row_->end() ? nullptr : &*member;
}

std::string RowFields::text_of(const json* value, std::string_view key) const {
  if (value == nullptr || !value->is_string()) expected(key, "a text");
  const auto& text = value->get_ref<const std::string&>();
  if (text.size() > kMaxResultTextBytes) {
    expected(key, fmt::format("a text of at most {} bytes", kMaxResultTextBytes));
  }
  return text;
}

std::string RowFields::text(std::string_view key) const { return text_of(find(key), key); }

std::string RowFields::name(std::string_view key) const {
  std::string found = text(key);
  if (found.empty()) expected(key, "a text that is not empty");
  return found;
}

std::string RowFields::text_if_any(std::string_view key) const {
  const json* value = find(key);
  return value == nullptr || value->is_null() ? "" : text_of(value, key);
}

bool RowFields::boolean(std::string_view key) const {
  const json* value = find(key);
  if (value == nullptr || !value->is_boolean()) expected(key, "true or false");
  return value->get<bool>();
}

std::int64_t RowFields::integer(std::string_view key) const {
  const json* value = find(key);
  if (!is_int64(value)) expected(key, "an integer of 64 bits");
  return value->get<std::int64_t>();
}

std::int64_t RowFields::count(std::string_view key) const {
  const json* value = find(key);
  if (!is_int64(value) || value->get<std::int64_t>() < 0) expected(key, "an integer, 0 or more");
  return value->get<std::int64_t>();
}

std::int64_t RowFields::integer_among(std::string_view key,
                                      std::initializer_list<std::int64_t> all) const {
  const json* value = find(key);
  const bool known =
      is_int64(value) && std::find(all.begin(), all.end(), value->get<std::int64_t>()) != all.end();
  if (!known) expected(key, fmt::format("one of {}", fmt::join(all, ", ")));
  return value->get<std::int64_t>();
}

std::uint64_t RowFields::seed(std::string_view key) const {
  const json* value = find(key);
  if (value == nullptr || !value->is_number_unsigned()) expected(key, "an integer, 0 or more");
  return value->get<std::uint64_t>();
}

std::optional<std::int64_t> RowFields::integer_if_any(std::string_view key) const {
  const json* value = find(key);
  if (value == nullptr || value->is_null()) return std::nullopt;
  return integer(key);
}

double RowFields::number(std::string_view key) const {
  const json* value = find(key);
  if (!is_finite_number(value)) expected(key, "a number");
  return value->get<double>();
}

double RowFields::amount(std::string_view key) const {
  const double value = number(key);
  if (value < 0) expected(key, "a number, 0 or more");
  return value;
}

std::optional<double> RowFields::number_if_any(std::string_view key) const {
  const json* value = find(key);
  if (value == nullptr || value->is_null()) return std::nullopt;
  return number(key);
}

double RowFields::number_or(std::string_view key, double stand_in) const {
  const json* value = find(key);
  if (value == nullptr) expected(key, "a number or null");
  return value->is_null() ? stand_in : number(key);
}

std::optional<Interval> RowFields::interval(std::string_view key) const {
  const json* value = find(key);
  if (value != nullptr && value->is_null()) return std::nullopt;
  if (value == nullptr || !value->is_array() || value->size() != 2 ||
      !is_finite_number(&(*value)[0]) || !is_finite_number(&(*value)[1])) {
    expected(key, "two numbers or null");
  }
  return Interval{(*value)[0].get<double>(), (*value)[1].get<double>()};
}

std::size_t RowFields::choice(std::string_view key,
                              const std::vector<std::string_view>& choices) const {
  const json* value = find(key);
  if (value != nullptr && value->is_string()) {
    const auto found =
        std::find(choices.begin(), choices.end(), value->get_ref<const std::string&>());
    if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
  }
  expected(key, fmt::format("one of {}", fmt::join(choices, ", ")));
}

RowFields RowFields::object(std::string_view key) const {
  const json* value = find(key);
  if (value == nullptr || !value->is_object()) expected(key, "an object");
  return {*file_, fmt::format("{}.{}", place_, key), *value};
}

const json& RowFields::array(std::string_view key, std::size_t max_count) const {
  const json* value = find(key);
  if (value == nullptr || !value->is_array()) expected(key, "an array");
  if (value->size() > max_count) expected(key, fmt::format("at most {} elements", max_count));
  return *value;
}

std::vector<RowFields> RowFields::objects(std::string_view key) const {
  std::vector<RowFields> rows;
  for (const json& element : array(key, std::numeric_limits<std::size_t>::max())) {
    rows.emplace_back(*file_, fmt::format("{}.{}[{}]", place_, key, rows.size()), element);
  }
  return rows;
}

std::vector<std::string> RowFields::names(std::string_view key, std::size_t max_count) const {
  std::vector<std::string> texts;
  for (const json& element : array(key, max_count)) {
    const std::string place = fmt::format("{}[{}]", key, texts.size());
    if (!element.is_string()) {
      throw io::InputError(fmt::format("{}: {}.{}: expected a text, found {}", file_->string(),
                                       place_, place, shown(&element)));
    }
    texts.push_back(text_of(&element, key));
  }
  return texts;
}

std::vector<double> RowFields::numbers(std::string_view key, std::size_t max_count) const {
  std::vector<double> values;
  for (const json& element : array(key, max_count)) {
    if (!is_finite_number(&element)) expected(key, "an array of numbers");
    values.push_back(element.get<double>());
  }
  return values;
}

std::vector<std::string> RowFields::keys(std::size_t max_count) const {
  if (row_->size() > max_count) expected("", fmt::format("at most {} fields", max_count));
  std::vector<std::string> found;
  for (const auto& [key, value] : row_->items()) {
    if (key.size() > kMaxResultTextBytes) expected("", "shorter names of fields");
    found.push_back(key);
  }
  return found;
}

}  // namespace plumbline::harness

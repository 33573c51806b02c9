// Each accessor checks the type before it reads, so that nlohmann's own exceptions (which know no
// path) never get out.
#include "workloads/json_field.h"

#include <algorithm>
#include <limits>
#include <set>
#include <sstream>

#include "analysis/io/error.h"

namespace plumbline::workloads {
namespace {

using nlohmann::json;

// The value on one short line.
std::string shown(const json& value) {
  constexpr std::size_t kMaxShownBytes = 60;
  if (value.is_object()) return "an object";
  if (value.is_array()) return value.empty() ? "an empty array" : "an array";
  std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
  if (text.size() > kMaxShownBytes) text = text.substr(0, kMaxShownBytes) + "...";
  return text;
}

std::string one_of(std::span<const std::string_view> choices) {
  std::string list = choices.size() == 1 ? "" : "one of ";
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (i > 0) list += ", ";
    list += '"' + std::string(choices[i]) + '"';
  }
  return list;
}

// "line L, column C" of a byte, both from 1.
std::string place(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, std::min(byte, text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t line_start = before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1;
  return "line " + std::to_string(line) + ", column " +
         std::to_string(std::max<std::size_t>(before.size() - line_start, 1));
}

}  // namespace

void JsonField::fail(const std::string& what) const {
  throw io::InputError(file_->string() + ": " + (path_.empty() ? "" : path_ + ": ") + what);
}

void JsonField::expected(const std::string& what) const {
  fail("expected " + what + ", found " + (present() ? shown(*value_) : "nothing"));
}

JsonField JsonField::operator[](std::string_view key) const {
  if (!present() || !value_->is_object()) expected("an object");
  const auto member = value_->find(key);
  std::string path = path_.empty() ? std::string(key) : path_ + "." + std::string(key);
  return {file_, member == value_->end() ? nullptr : &*member, std::move(path)};
}

void JsonField::allow_only(std::initializer_list<std::string_view> keys) const {
  if (!present() || !value_->is_object()) expected("an object");
  std::string allowed;
  std::vector<std::string_view> all(keys);
  all.insert(all.end(), known_keys_.begin(), known_keys_.end());
  for (const std::string_view key : all) {
    if (!allowed.empty()) allowed += ", ";
    allowed += key;
  }
  for (const auto& [key, member] : value_->items()) {
    if (std::find(all.begin(), all.end(), key) != all.end()) continue;
    fail("unknown key " + shown(json(key)) + "; expected only " + allowed);
  }
}

JsonField JsonField::also_allowing(std::string_view key) const {
  JsonField field = *this;
  field.known_keys_.emplace_back(key);
  return field;
}

std::vector<JsonField> JsonField::elements(std::size_t max_count) const {
  if (!present() || !value_->is_array() || value_->empty() || value_->size() > max_count) {
    expected("an array of 1 to " + std::to_string(max_count) + " elements");
  }
  std::vector<JsonField> fields;
  for (std::size_t i = 0; i < value_->size(); ++i) {
    fields.push_back({file_, &(*value_)[i], path_ + "[" + std::to_string(i) + "]"});
  }
  return fields;
}

std::int64_t JsonField::integer(std::int64_t min, std::int64_t max) const {
  const bool fits = present() && value_->is_number_integer() &&
                    (!value_->is_number_unsigned() ||
                     value_->get<std::uint64_t>() <= static_cast<std::uint64_t>(max));
  if (!fits || value_->get<std::int64_t>() < min || value_->get<std::int64_t>() > max) {
    expected("an integer from " + std::to_string(min) + " to " + std::to_string(max));
  }
  return value_->get<std::int64_t>();
}

double JsonField::number(double min, double max) const {
  const bool fits =
      is_number() && value_->get<double>() >= min && value_->get<double>() <= max;  // no NaN
  if (!fits) {
    std::ostringstream what;
    what << "a number from " << min << " to " << max;
    expected(what.str());
  }
  return value_->get<double>();
}

bool JsonField::boolean() const {
  if (!present() || !value_->is_boolean()) expected("true or false");
  return value_->get<bool>();
}

std::uint64_t JsonField::seed() const {
  if (!present() || !value_->is_number_unsigned()) {
    expected("an integer from 0 to " + std::to_string(std::numeric_limits<std::uint64_t>::max()));
  }
  return value_->get<std::uint64_t>();
}

std::string JsonField::text(std::size_t max_bytes) const {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  const std::string what =
      "a text of 1 to " + std::to_string(max_bytes) + " bytes without control characters";
  if (!present() || !value_->is_string()) expected(what);
  const auto& text = value_->get_ref<const std::string&>();
  if (text.empty() || text.size() > max_bytes || std::any_of(text.begin(), text.end(), control)) {
    expected(what);
  }
  return text;
}

std::size_t JsonField::choice(std::span<const std::string_view> choices) const {
  if (present() && value_->is_string()) {
    const auto found =
        std::find(choices.begin(), choices.end(), value_->get_ref<const std::string&>());
    if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
  }
  expected(one_of(choices));
}

std::size_t JsonField::choice(std::initializer_list<std::string_view> choices) const {
  return choice(std::span(choices.begin(), choices.size()));
}

json parse_json(std::string_view text, const std::filesystem::path& file) {
  std::vector<std::set<std::string>> open_objects;
  const auto no_key_twice = [&](int, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::object_start) open_objects.emplace_back();
    if (event == json::parse_event_t::object_end) open_objects.pop_back();
    if (event == json::parse_event_t::key && !open_objects.back().insert(parsed).second) {
      throw io::InputError(file.string() + ": key " + shown(parsed) +
                           " stands twice in one object; remove one");
    }
    return true;
  };
  try {
    return json::parse(text, no_key_twice);
  } catch (const json::parse_error& error) {
    throw io::InputError(file.string() + ": " + place(text, error.byte) +
                         ": expected JSON; the text does not parse");
  } catch (const json::out_of_range&) {
    throw io::InputError(file.string() + ": expected JSON; a number in it is too large");
  }
}

}  // namespace plumbline::workloads

#include "harness/expectations/expected_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>

#include "analysis/io/error.h"
#include "analysis/io/mapped_file.h"

namespace plumbline::harness::expectations {
namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

constexpr std::size_t kMaxBytes = 16 << 20;
constexpr int kMaxDepth = 16;
constexpr std::size_t kMaxIgnoredKeys = 100;  // more of them are not listed

class Reader {
 public:
  explicit Reader(const std::filesystem::path& file) : file_(file) {}

  ExpectedProfile read(std::string_view text) {
    const Json document = parsed(text);
    if (!document.is_object()) fail("", "expected an object");
    ExpectedProfile made;
    made.test_name = this->text(document, "", "test_name");
    made.note = this->text(document, "", "note");
    made.scale_by_duration = boolean(document, "scale_by_duration");
    made.pprof_regex = this->text(document, "", "pprof-regex");
    made.allow_first_profile_failure = boolean(document, "allow_first_profile_failure");
    const Json& stacks = list(document, "", "stacks");
    for (std::size_t index = 0; index < stacks.size(); ++index) {
      made.stacks.push_back(stacks_of(stacks[index], fmt::format("stacks[{}].", index)));
    }
    if (made.stacks.empty() && made.note.empty()) {
      fail("stacks", "is empty; give an entry, or a note that says why there is none");
    }
    note_ignored(document, "",
                 {"test_name", "note", "scale_by_duration", "pprof-regex",
                  "allow_first_profile_failure", "stacks"});
    made.ignored_keys = std::move(ignored_);
    return made;
  }

 private:
  [[noreturn]] void fail(const std::string& field, const std::string& what) const {
    throw io::InputError(fmt::format("{}: {}{}{}", file_.string(), field.substr(0, 200),
                                     field.empty() ? "" : ": ", what));
  }

  Json parsed(std::string_view text) const {
    const auto limit = [&](int depth, Json::parse_event_t, const Json&) {
      if (depth > kMaxDepth) fail("", fmt::format("nested deeper than {}", kMaxDepth));
      return true;
    };
    try {
      return Json::parse(text, limit);
    } catch (const Json::parse_error& error) {
      throw io::damaged_file(file_, error.byte, "expected JSON, which ends or breaks here");
    } catch (const Json::exception&) {
      fail("", "a number that is not finite");
    }
  }

  // Null counts as absent.
  static const Json* find(const Json& parent, const char* key) {
    const auto found = parent.find(key);
    return found == parent.end() || found->is_null() ? nullptr : &*found;
  }

  std::string text(const Json& parent, const std::string& place, const char* key) const {
    const Json* value = find(parent, key);
    if (value == nullptr) return "";
    if (!value->is_string()) fail(place + key, "expected text");
    return value->get<std::string>();
  }

  std::string some_text(const Json& parent, const std::string& place, const char* key) const {
    std::string found = text(parent, place, key);
    if (found.empty()) fail(place + key, "is missing or empty");
    return found;
  }

  bool boolean(const Json& parent, const char* key) const {
    const Json* value = find(parent, key);
    if (value == nullptr) return false;
    if (!value->is_boolean()) fail(key, "expected true or false");
    return value->get<bool>();
  }

  std::optional<std::int64_t> integer(const Json& parent, const std::string& place,
                                      const char* key) const {
    const Json* value = find(parent, key);
    if (value == nullptr) return std::nullopt;
    const bool fits =
        value->is_number_integer() &&
        (!value->is_number_unsigned() ||
         value->get<std::uint64_t>() <= std::uint64_t{std::numeric_limits<std::int64_t>::max()});
    if (!fits) fail(place + key, "expected an integer of 64 bits, written without a point");
    return value->get<std::int64_t>();
  }

  const Json& list(const Json& parent, const std::string& place, const char* key) const {
    const Json* value = find(parent, key);
    if (value == nullptr) fail(place + key, "is missing");
    if (!value->is_array()) fail(place + key, "expected a list");
    return *value;
  }

  ExpectedStacks stacks_of(const Json& entry, const std::string& place) {
    if (!entry.is_object()) fail(place.substr(0, place.size() - 1), "expected an object");
    ExpectedStacks made;
    made.profile_type = some_text(entry, place, "profile-type");
    made.pprof_regex = text(entry, place, "pprof-regex");
    made.error_margin = integer(entry, place, "error-margin").value_or(0);
    made.value_matching_sum = integer(entry, place, "value-matching-sum");
    const Json& content = list(entry, place, "stack-content");
    if (content.empty()) fail(place + "stack-content", "is empty");
    for (std::size_t index = 0; index < content.size(); ++index) {
      const std::string inner = fmt::format("{}stack-content[{}].", place, index);
      made.content.push_back(content_of(content[index], inner));
      const ExpectedContent& added = made.content.back();
      if (!made.value_matching_sum && !added.value && !added.percent) {
        fail(inner.substr(0, inner.size() - 1),
             "asserts nothing: give 'value' or 'percent', or 'value-matching-sum' beside it");
      }
    }
    note_ignored(
        entry, place,
        {"profile-type", "pprof-regex", "error-margin", "value-matching-sum", "stack-content"});
    return made;
  }

  ExpectedContent content_of(const Json& entry, const std::string& place) {
    if (!entry.is_object()) fail(place.substr(0, place.size() - 1), "expected an object");
    ExpectedContent made;
    made.regular_expression = some_text(entry, place, "regular_expression");
    made.value = integer(entry, place, "value");
    made.percent = integer(entry, place, "percent");
    made.error_margin = integer(entry, place, "error_margin");
    if (find(entry, "labels") != nullptr) {
      const Json& labels = list(entry, place, "labels");
      for (std::size_t index = 0; index < labels.size(); ++index) {
        made.labels.push_back(label_of(labels[index], fmt::format("{}labels[{}].", place, index)));
      }
    }
    note_ignored(entry, place,
                 {"regular_expression", "value", "percent", "error_margin", "labels"});
    return made;
  }

  ExpectedLabel label_of(const Json& entry, const std::string& place) {
    if (!entry.is_object()) fail(place.substr(0, place.size() - 1), "expected an object");
    ExpectedLabel made;
    made.key = text(entry, place, "key");
    made.values_regex = text(entry, place, "values_regex");
    if (find(entry, "values") != nullptr) {
      made.values.emplace();
      for (const Json& value : list(entry, place, "values")) {
        if (!value.is_string()) fail(place + "values", "expected texts");
        made.values->push_back(value.get<std::string>());
      }
      std::sort(made.values->begin(), made.values->end());
    }
    if (made.values.has_value() == !made.values_regex.empty()) {
      fail(place.substr(0, place.size() - 1), "give exactly one of 'values' and 'values_regex'");
    }
    note_ignored(entry, place, {"key", "values", "values_regex"});
    return made;
  }

  void note_ignored(const Json& object, const std::string& place,
                    std::initializer_list<std::string_view> known) {
    for (const auto& [key, value] : object.items()) {
      if (ignored_.size() >= kMaxIgnoredKeys) return;
      if (std::find(known.begin(), known.end(), key) == known.end()) {
        ignored_.push_back(place + key);
      }
    }
  }

  const std::filesystem::path& file_;
  std::vector<std::string> ignored_;
};

template <typename Value>
void add_if_any(OrderedJson& object, const char* key, const std::optional<Value>& value) {
  if (value) object[key] = *value;
}

OrderedJson json_of(const ExpectedContent& content) {
  OrderedJson made = {{"regular_expression", content.regular_expression}};
  add_if_any(made, "value", content.value);
  add_if_any(made, "percent", content.percent);
  add_if_any(made, "error_margin", content.error_margin);
  for (const ExpectedLabel& label : content.labels) {
    OrderedJson entry = {{"key", label.key}};
    if (label.values) {
      entry["values"] = *label.values;
    } else {
      entry["values_regex"] = label.values_regex;
    }
    made["labels"].push_back(std::move(entry));
  }
  return made;
}

OrderedJson json_of(const ExpectedStacks& stacks) {
  OrderedJson made = {{"profile-type", stacks.profile_type}};
  if (!stacks.pprof_regex.empty()) made["pprof-regex"] = stacks.pprof_regex;
  made["stack-content"] = OrderedJson::array();
  for (const ExpectedContent& content : stacks.content) {
    made["stack-content"].push_back(json_of(content));
  }
  made["error-margin"] = stacks.error_margin;
  add_if_any(made, "value-matching-sum", stacks.value_matching_sum);
  return made;
}

}  // namespace

ExpectedProfile expected_profile_from_json(std::string_view text,
                                           const std::filesystem::path& file) {
  return Reader(file).read(text);
}

ExpectedProfile read_expected_profile(const std::filesystem::path& file) {
  const io::MappedFile mapped(file);
  if (mapped.text().size() > kMaxBytes) {
    throw io::InputError(fmt::format("{}: has {} bytes; expectations of more than {} are not read",
                                     file.string(), mapped.text().size(), kMaxBytes));
  }
  return expected_profile_from_json(mapped.text(), file);
}

std::string expected_profile_json(const ExpectedProfile& expected) {
  OrderedJson made = {{"test_name", expected.test_name}};
  if (!expected.note.empty()) made["note"] = expected.note;
  made["scale_by_duration"] = expected.scale_by_duration;
  if (!expected.pprof_regex.empty()) made["pprof-regex"] = expected.pprof_regex;
  if (expected.allow_first_profile_failure) made["allow_first_profile_failure"] = true;
  made["stacks"] = OrderedJson::array();
  for (const ExpectedStacks& stacks : expected.stacks) made["stacks"].push_back(json_of(stacks));
  return made.dump(2, ' ', false, OrderedJson::error_handler_t::replace) + '\n';
}

}  // namespace plumbline::harness::expectations

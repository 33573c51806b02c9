// The JSON form: lowerCamelCase keys, 64-bit integers as text or number, ids of links as hex.
// Held as a tree, which takes some ten times the text: hence its own, smaller limits.
#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <string>

#include "analysis/formats/otlp.h"
#include "analysis/formats/otlp_builder.h"
#include "analysis/io/error.h"

namespace plumbline::formats {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxJsonBytes = 64 << 20;
constexpr int kMaxJsonDepth = 24;

json parsed(const Input& input) {
  if (input.bytes.size() > kMaxJsonBytes) {
    throw io::InputError(fmt::format("{}: has {} bytes; OTLP as JSON of more than {} is not read",
                                     input.file.string(), input.bytes.size(), kMaxJsonBytes));
  }
  const auto limit = [&](int depth, json::parse_event_t, const json&) {
    if (depth <= kMaxJsonDepth) return true;
    throw io::InputError(
        fmt::format("{}: JSON nested deeper than {}", input.file.string(), kMaxJsonDepth));
  };
  try {
    return json::parse(input.bytes, limit);
  } catch (const json::parse_error& error) {
    throw io::damaged_file(input.file, error.byte, "expected JSON, which ends or breaks here");
  } catch (const json::exception&) {
    throw io::InputError(fmt::format("{}: a number that is not finite", input.file.string()));
  }
}

class JsonReader {
 public:
  explicit JsonReader(const Input& input) : builder_(Format::kOtlpJson, input.file) {}

  StackProfile read(const json& data) {
    if (!data.is_object() || (!data.contains("resourceProfiles") && !data.contains("dictionary"))) {
      fail("expected OTLP profiles: an object with resourceProfiles");
    }
    read_dictionary(object(data, "dictionary"));
    for (const json& resource : list(data, "resourceProfiles")) read_resource(resource);
    return builder_.finish();
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { builder_.fail(what); }

  static const json& nothing() {
    static const json kNothing = nullptr;
    return kNothing;
  }

  const json& member(const json& parent, const char* key) const {
    if (parent.is_null()) return nothing();
    if (!parent.is_object()) fail(fmt::format("expected an object that may have '{}'", key));
    const auto found = parent.find(key);
    return found == parent.end() ? nothing() : *found;
  }

  const json& object(const json& parent, const char* key) const {
    const json& value = member(parent, key);
    if (!value.is_null() && !value.is_object()) fail(fmt::format("{}: expected an object", key));
    return value;
  }

  const json& list(const json& parent, const char* key) const {
    const json& value = member(parent, key);
    if (!value.is_null() && !value.is_array()) fail(fmt::format("{}: expected a list", key));
    return value;  // null has no elements
  }

  template <typename Number>
  Number number_of(const json& value, const char* key) const {
    if (value.is_null()) return 0;
    if (value.is_number_integer()) return value.get<Number>();
    if (!value.is_string()) fail(fmt::format("{}: expected an integer", key));
    const std::string& text = value.get_ref<const std::string&>();
    Number number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) {
      fail(fmt::format("{}: expected an integer, found '{}'", key, text.substr(0, 40)));
    }
    return number;
  }

  template <typename Number = std::int64_t>
  Number number(const json& parent, const char* key) const {
    return number_of<Number>(member(parent, key), key);
  }

  std::string text(const json& parent, const char* key) const {
    const json& value = member(parent, key);
    if (value.is_null()) return "";
    if (!value.is_string()) fail(fmt::format("{}: expected text", key));
    return value.get<std::string>();
  }

  template <typename Number>
  std::vector<Number> numbers(const json& parent, const char* key) const {
    std::vector<Number> made;
    for (const json& value : list(parent, key)) made.push_back(number_of<Number>(value, key));
    return made;
  }

  void read_dictionary(const json& dictionary) {
    OtlpDictionary& tables = builder_.dictionary();
    for (const json& value : list(dictionary, "stringTable")) {
      if (!value.is_string()) fail("stringTable: expected text");
      tables.strings.push_back(value.get<std::string>());
    }
    for (const json& mapping : list(dictionary, "mappingTable")) {
      tables.mapping_files.push_back(number(mapping, "filenameStrindex"));
    }
    for (const json& function : list(dictionary, "functionTable")) {
      tables.functions.push_back(
          {number(function, "nameStrindex"), number(function, "filenameStrindex")});
    }
    for (const json& location : list(dictionary, "locationTable")) add_location(location);
    for (const json& stack : list(dictionary, "stackTable")) {
      tables.stacks.push_back(numbers<std::int64_t>(stack, "locationIndices"));
    }
    for (const json& link : list(dictionary, "linkTable")) {
      tables.links.push_back({hex_id(link, "traceId"), hex_id(link, "spanId")});
    }
    for (const json& attribute : list(dictionary, "attributeTable")) {
      tables.attributes.push_back({number(attribute, "keyStrindex"),
                                   number(attribute, "unitStrindex"),
                                   value_of(object(attribute, "value"))});
    }
  }

  void add_location(const json& location) {
    OtlpDictionary& tables = builder_.dictionary();
    OtlpLocation made{number(location, "mappingIndex"), number<std::uint64_t>(location, "address")};
    made.lines_begin = static_cast<std::uint32_t>(tables.lines.size());
    for (const json& line : list(location, "lines")) {
      tables.lines.push_back({number(line, "functionIndex"), number(line, "line")});
    }
    made.lines_count = static_cast<std::uint32_t>(tables.lines.size()) - made.lines_begin;
    tables.locations.push_back(made);
  }

  std::string hex_id(const json& link, const char* key) const {
    const std::string id = text(link, key);
    if (id.find_first_not_of("0123456789abcdefABCDEF") != id.npos || id.size() > 32) {
      fail(fmt::format("{}: expected hex digits", key));
    }
    if (id.find_first_not_of('0') == id.npos) return "";
    std::string lower;
    for (const char digit : id) {
      lower += static_cast<char>(digit >= 'A' && digit <= 'F' ? digit - 'A' + 'a' : digit);
    }
    return lower;
  }

  OtlpValue value_of(const json& value) {
    if (value.is_null() || value.empty()) return {};
    if (value.contains("stringValue")) return {.text = text(value, "stringValue")};
    if (value.contains("intValue")) return {true, number(value, "intValue"), ""};
    const json& flag = member(value, "boolValue");
    if (flag.is_boolean()) return {.text = flag.get<bool>() ? "true" : "false"};
    const json& real = member(value, "doubleValue");
    if (real.is_number()) return {.text = fmt::format("{}", real.get<double>())};
    builder_.skip_record();  // lists and maps
    return {};
  }

  void read_resource(const json& resource) {
    builder_.begin_resource();
    for (const json& attribute : list(object(resource, "resource"), "attributes")) {
      builder_.resource_attribute(text(attribute, "key"), value_of(object(attribute, "value")));
    }
    for (const json& scope : list(resource, "scopeProfiles")) {
      for (const json& profile : list(scope, "profiles")) read_profile(profile);
    }
  }

  void read_profile(const json& profile) {
    const json& type = object(profile, "sampleType");
    builder_.begin_profile({number(type, "typeStrindex"), number(type, "unitStrindex"),
                            number<std::uint64_t>(profile, "timeUnixNano"),
                            number<std::uint64_t>(profile, "durationNano")});
    for (const json& sample : list(profile, "samples")) {
      builder_.sample({number(sample, "stackIndex"), number(sample, "linkIndex"),
                       numbers<std::int64_t>(sample, "attributeIndices"),
                       numbers<std::int64_t>(sample, "values"),
                       numbers<std::uint64_t>(sample, "timestampsUnixNano")});
    }
    builder_.end_profile();
  }

  OtlpBuilder builder_;
};

}  // namespace

StackProfile read_otlp_json(const Input& input) { return JsonReader(input).read(parsed(input)); }

}  // namespace plumbline::formats

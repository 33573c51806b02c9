// A value in a JSON document that knows its file and path, so that every complaint names both.
//
// Used by the specification's reader. A field that is missing is a JsonField too: whoever reads
// it complains "expected ..., found nothing".
// Thread rule: one thread; the document must outlive it.
// Failure rule: io::InputError, "FILE: PATH: expected WHAT, found VALUE".
#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline::workloads {

class JsonField {
 public:
  // The whole document.
  JsonField(const std::filesystem::path& file, const nlohmann::json& document)
      : file_(&file), value_(&document) {}

  bool present() const { return value_ != nullptr; }
  bool is_number() const { return present() && value_->is_number(); }
  bool is_empty_array() const { return present() && value_->is_array() && value_->empty(); }
  bool is_object() const { return present() && value_->is_object(); }

  // A member of this object, present or not. Complains when this is not an object.
  JsonField operator[](std::string_view key) const;
  // Complains about the first member whose key is not listed.
  void allow_only(std::initializer_list<std::string_view> keys) const;
  // The same object; whoever lists its keys need not know this one, which was read before.
  JsonField also_allowing(std::string_view key) const;
  // The elements of this array; at least one.
  std::vector<JsonField> elements(std::size_t max_count) const;

  std::int64_t integer(std::int64_t min, std::int64_t max) const;
  double number(double min, double max) const;
  std::uint64_t seed() const;
  bool boolean() const;
  // Not empty, no control characters.
  std::string text(std::size_t max_bytes) const;
  // Index of the value in `choices`.
  std::size_t choice(std::span<const std::string_view> choices) const;
  std::size_t choice(std::initializer_list<std::string_view> choices) const;

  [[noreturn]] void expected(const std::string& what) const;

 private:
  [[noreturn]] void fail(const std::string& what) const;

  JsonField(const std::filesystem::path* file, const nlohmann::json* value, std::string path)
      : file_(file), value_(value), path_(std::move(path)) {}

  const std::filesystem::path* file_;
  const nlohmann::json* value_;  // null: missing
  std::string path_;
  std::vector<std::string> known_keys_;
};

// Parses a document; a key that stands twice in an object is an error, since the second would
// silently win.
nlohmann::json parse_json(std::string_view text, const std::filesystem::path& file);

}  // namespace plumbline::workloads

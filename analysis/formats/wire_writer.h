// Protocol buffers' wire format, written field by field without a schema.
//
// Used by the exports to pprof and OTLP, which know the fields; the counterpart of wire_reader.h.
// A number of 0 and an empty text are what a reader takes for granted, and are not written.
// Thread rule: one thread. Failure: none (memory apart).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace plumbline::formats {

class WireWriter {
 public:
  void number(std::uint32_t field, std::uint64_t value) {
    if (value == 0) return;
    tag(field, 0);
    varint(value);
  }
  // Negative ones take ten bytes, as in every int64 field.
  void integer(std::uint32_t field, std::int64_t value) {
    number(field, static_cast<std::uint64_t>(value));
  }
  void fixed64(std::uint32_t field, std::uint64_t value) {
    if (value == 0) return;
    tag(field, 1);
    for (int byte = 0; byte < 8; ++byte) text_ += static_cast<char>(value >> (8 * byte));
  }
  void text(std::uint32_t field, std::string_view value) {
    if (!value.empty()) bytes(field, value);
  }
  // Also when it is empty: elements of a table count by their place.
  void bytes(std::uint32_t field, std::string_view value) {
    tag(field, 2);
    varint(value.size());
    text_ += value;
  }
  void message(std::uint32_t field, const WireWriter& value) { bytes(field, value.text_); }
  template <class Number>
  void packed(std::uint32_t field, std::span<const Number> values) {
    if (values.empty()) return;
    WireWriter list;
    for (const Number value : values) list.varint(static_cast<std::uint64_t>(value));
    message(field, list);
  }

  const std::string& written() const { return text_; }
  void clear() { text_.clear(); }

 private:
  void tag(std::uint32_t field, std::uint32_t type) { varint((std::uint64_t{field} << 3) | type); }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) text_ += static_cast<char>(value | 0x80);
    text_ += static_cast<char>(value);
  }

  std::string text_;
};

}  // namespace plumbline::formats

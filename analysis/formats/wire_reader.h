// Protocol buffers' wire format, read field by field without a schema.
//
// Used by the readers of pprof and OTLP, which know the fields. Fields of other numbers are passed
// over; a field that is known but is of another type on the wire refuses the file, which is how
// pprof and OTLP are told apart. Groups, which neither has, are refused.
// Thread rule: one thread; the bytes must outlive it. Failure: io::InputError with file and offset.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "analysis/formats/input.h"

namespace plumbline::formats {

class WireReader {
 public:
  explicit WireReader(const Input& input) : WireReader(input.bytes, input) {}
  // A message within the file.
  WireReader(std::string_view bytes, const Input& input) : input_(&input), bytes_(bytes) {}

  // To the next field, true until there is none. Its value is then there to be asked for.
  bool next();

  std::uint32_t field() const { return field_; }
  std::uint64_t varint() const;
  std::int64_t integer() const { return static_cast<std::int64_t>(varint()); }
  std::uint64_t fixed64() const;
  double real() const;
  std::string_view text() const;
  WireReader message() const { return {text(), *input_}; }

  // Repeated numbers, packed or one by one.
  template <typename Take>
  void each_integer(const Take& take) const {
    if (type_ == kVarint) return take(integer());
    for (WireReader packed = message(); packed.at_ < packed.bytes_.size();) {
      take(static_cast<std::int64_t>(packed.read_varint()));
    }
  }
  template <typename Take>
  void each_fixed64(const Take& take) const {
    if (type_ == kFixed64) return take(fixed64());
    for (WireReader packed = message(); packed.at_ < packed.bytes_.size();) {
      take(packed.read_fixed64());
    }
  }

  [[noreturn]] void fail(const std::string& what) const;

 private:
  enum Type : std::uint32_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

  std::uint64_t read_varint();
  std::uint64_t read_fixed64();
  std::string_view read_bytes(std::uint64_t size_bytes);
  void expect(Type type) const;

  const Input* input_;      // the whole file
  std::string_view bytes_;  // of this message
  std::size_t at_ = 0;
  std::uint32_t field_ = 0;
  Type type_ = kVarint;
  std::uint64_t number_ = 0;  // of numeric fields
  std::string_view payload_;  // of the others
};

}  // namespace plumbline::formats

#include "analysis/formats/wire_reader.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>

#include "analysis/io/error.h"

namespace plumbline::formats {

void WireReader::fail(const std::string& what) const {
  const auto offset =
      static_cast<std::uint64_t>(bytes_.data() - input_->bytes.data()) + std::uint64_t{at_};
  throw io::damaged_file(input_->file, bytes_.empty() ? 0 : offset, what);
}

std::uint64_t WireReader::read_varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 70; shift += 7) {
    if (at_ >= bytes_.size()) fail("a number runs over the end of its message");
    const auto byte = static_cast<unsigned char>(bytes_[at_++]);
    if (shift == 63 && byte > 1) fail("a number of more than 64 bits");
    value |= std::uint64_t{byte & 0x7Fu} << shift;
    if ((byte & 0x80) == 0) return value;
  }
  fail("a number of more than 64 bits");
}

std::string_view WireReader::read_bytes(std::uint64_t size_bytes) {
  if (size_bytes > bytes_.size() - at_) {
    fail(fmt::format("a field of {} bytes, but its message has {} left", size_bytes,
                     bytes_.size() - at_));
  }
  const std::string_view taken = bytes_.substr(at_, static_cast<std::size_t>(size_bytes));
  at_ += taken.size();
  return taken;
}

std::uint64_t WireReader::read_fixed64() {
  const std::string_view raw = read_bytes(sizeof(std::uint64_t));
  std::uint64_t value = 0;  // little-endian, as this machine is
  std::memcpy(&value, raw.data(), sizeof value);
  return value;
}

bool WireReader::next() {
  if (at_ >= bytes_.size()) return false;
  const std::uint64_t key = read_varint();
  if (key >> 3 == 0 || key >> 32 != 0) fail("no field has such a number: not a protocol buffer");
  field_ = static_cast<std::uint32_t>(key >> 3);
  type_ = static_cast<Type>(key & 7);
  number_ = 0;
  payload_ = {};
  switch (type_) {
    case kVarint:
      number_ = read_varint();
      return true;
    case kFixed64:
      number_ = read_fixed64();
      return true;
    case kBytes:
      payload_ = read_bytes(read_varint());
      return true;
    case kFixed32:
      read_bytes(sizeof(std::uint32_t));
      return true;
  }
  fail(fmt::format("a field of unknown wire type {}", key & 7));
}

void WireReader::expect(Type type) const {
  if (type_ != type) {
    fail(fmt::format("field {} is of wire type {}, expected {}", field_,
                     static_cast<unsigned>(type_), static_cast<unsigned>(type)));
  }
}

std::uint64_t WireReader::varint() const {
  expect(kVarint);
  return number_;
}

std::uint64_t WireReader::fixed64() const {
  expect(kFixed64);
  return number_;
}

double WireReader::real() const { return std::bit_cast<double>(fixed64()); }

std::string_view WireReader::text() const {
  expect(kBytes);
  return payload_;
}

}  // namespace plumbline::formats

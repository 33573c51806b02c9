#include "profiler/unwind/byte_reader.h"

namespace plumbline::unwind {

namespace {

constexpr unsigned kBitsPerByte = 7;
constexpr unsigned kNumberBits = 64;

template <class Number>
std::uint64_t sign_extended(Number value) {
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
}

}  // namespace

std::uint64_t ByteReader::uleb() {
  std::uint64_t value = 0;
  for (unsigned shift = 0;; shift += kBitsPerByte) {
    const auto byte = number<std::uint8_t>();
    // Bits beyond the 64th are dropped: padding is legal, larger numbers mean nothing here.
    if (shift < kNumberBits) value |= std::uint64_t{byte & 0x7fu} << shift;
    if ((byte & 0x80) == 0) return value;
  }
}

std::int64_t ByteReader::sleb() {
  std::uint64_t value = 0;
  unsigned shift = 0;
  std::uint8_t byte = 0;
  do {
    byte = number<std::uint8_t>();
    if (shift < kNumberBits) value |= std::uint64_t{byte & 0x7fu} << shift;
    shift += kBitsPerByte;
  } while ((byte & 0x80) != 0);
  const bool negative = (byte & 0x40) != 0 && shift < kNumberBits;
  if (negative) value |= ~std::uint64_t{0} << shift;
  return static_cast<std::int64_t>(value);
}

std::uint64_t ByteReader::formatted(std::uint8_t format) {
  switch (format) {
    case 0x00:  // as wide as an address
    case 0x04:
    case 0x0c:
      return number<std::uint64_t>();
    case 0x01:
      return uleb();
    case 0x02:
      return number<std::uint16_t>();
    case 0x03:
      return number<std::uint32_t>();
    case 0x09:
      return static_cast<std::uint64_t>(sleb());
    case 0x0a:
      return sign_extended(number<std::int16_t>());
    case 0x0b:
      return sign_extended(number<std::int32_t>());
    default:
      fail();
      return 0;
  }
}

std::uint64_t ByteReader::pointer(std::uint8_t encoding, std::uint64_t data_base) {
  const std::uint64_t own_address = address_;
  const std::uint64_t value = formatted(encoding & pointer_encoding::kFormat);
  const bool is_direct = (encoding & pointer_encoding::kIndirect) == 0;
  switch (encoding & pointer_encoding::kBase) {
    case 0:
      if (is_direct) return value;
      break;
    case pointer_encoding::kFromItself:
      if (is_direct) return own_address + value;
      break;
    case pointer_encoding::kFromData:
      if (is_direct) return data_base + value;
      break;
  }
  fail();
  return 0;
}

ByteReader ByteReader::part(std::uint64_t bytes) {
  ByteReader inner;
  if (bytes <= left_) {
    inner = ByteReader(Bytes(at_, bytes), address_);
  } else {
    inner.fail();
  }
  advance(bytes);
  return inner;
}

}  // namespace plumbline::unwind

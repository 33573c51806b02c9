// A bounded cursor over bytes that others wrote, which knows at what address they lie.
//
// Once a read does not fit, the reader has failed: it stays so, and every further read gives 0, so
// that a parser needs to ask once per entry and not once per field. Numbers are little-endian.
// Called by everything that reads .eh_frame. Thread rule: its owner. Signal rule:
// async-signal-safe. Failure: ok() is false.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace plumbline::unwind {

using Bytes = std::span<const std::byte>;

// How a pointer is written (DW_EH_PE_*): a format, what it counts from, and "omit".
namespace pointer_encoding {
inline constexpr std::uint8_t kFormat = 0x0f;
inline constexpr std::uint8_t kBase = 0x70;
inline constexpr std::uint8_t kFromItself = 0x10;  // pcrel
inline constexpr std::uint8_t kFromData = 0x30;    // datarel: in .eh_frame_hdr, from its start
inline constexpr std::uint8_t kIndirect = 0x80;
inline constexpr std::uint8_t kOmitted = 0xff;
}  // namespace pointer_encoding

class ByteReader {
 public:
  ByteReader() = default;
  ByteReader(Bytes bytes, std::uint64_t address)
      : at_(bytes.data()), left_(bytes.size()), address_(address) {}

  bool ok() const { return ok_; }
  std::size_t left() const { return left_; }
  std::uint64_t address() const { return address_; }

  template <class Number>
  Number number() {
    Number value{};
    const std::byte* from = at_;
    if (advance(sizeof value)) __builtin_memcpy(&value, from, sizeof value);
    return value;
  }
  std::uint64_t uleb();
  std::int64_t sleb();
  // What counts from data counts from `data_base`. Fails on the encodings that no x86-64 linker
  // writes for code: relative to text or to the function, aligned, indirect.
  std::uint64_t pointer(std::uint8_t encoding, std::uint64_t data_base = 0);
  // The next `bytes` bytes as a reader of their own; a failed one when there are fewer.
  ByteReader part(std::uint64_t bytes);
  void skip(std::uint64_t bytes) { advance(bytes); }
  void fail() {
    ok_ = false;
    left_ = 0;
  }

 private:
  bool advance(std::uint64_t bytes) {
    if (bytes > left_) {
      fail();
      return false;
    }
    at_ += bytes;
    left_ -= bytes;
    address_ += bytes;
    return true;
  }
  std::uint64_t formatted(std::uint8_t format);

  const std::byte* at_ = nullptr;
  std::size_t left_ = 0;
  std::uint64_t address_ = 0;
  bool ok_ = true;
};

}  // namespace plumbline::unwind

// Just enough of protobuf's wire format to write OpenTelemetry attributes: fields whose value has a
// length (strings and messages), into a fixed buffer.
//
// Used by process_context.cc. The length of a message stands before it: it is written with room for
// two bytes and filled in when the message ends. (A varint may have leading zero groups.)
// Thread rule: one owner. Signal rule: async-signal-safe. Failure: what does not fit is left out,
// and fits() says so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace plumbline::session {

class ProtobufWriter {
 public:
  explicit ProtobufWriter(std::span<std::byte> room) : room_(room) {}

  void add_string(std::uint32_t field, std::string_view text) {
    const std::size_t begin = begin_message(field);
    for (const char character : text) put(static_cast<std::uint8_t>(character));
    end_message(begin);
  }

  // Everything between the two is the message's.
  std::size_t begin_message(std::uint32_t field) {
    constexpr std::uint32_t kLengthDelimited = 2;
    put(static_cast<std::uint8_t>(field << 3 | kLengthDelimited));
    used_ += kLengthBytes;
    return used_;
  }
  void end_message(std::size_t begin) {
    if (!fits()) return;
    const std::size_t length = used_ - begin;
    room_[begin - 2] = static_cast<std::byte>(length | 0x80);
    room_[begin - 1] = static_cast<std::byte>(length >> 7);
  }

  std::size_t size_bytes() const { return used_; }
  bool fits() const { return used_ <= room_.size() && used_ < kLongest; }

 private:
  static constexpr std::size_t kLengthBytes = 2;
  static constexpr std::size_t kLongest = 1 << 14;  // of a varint of two bytes

  void put(std::uint8_t byte) {
    if (used_ < room_.size()) room_[used_] = static_cast<std::byte>(byte);
    ++used_;
  }

  std::span<std::byte> room_;
  std::size_t used_ = 0;
};

}  // namespace plumbline::session

// Decimal numbers in fixed buffers, without libc.
//
// For paths and /proc files that are read inside the target, and for options.
// Thread rule: pure. Signal rule: async-signal-safe. Failure: parse_decimal reports it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace plumbline::base {

// Reads digits from the front of `text` and removes them, with one separator before them if there
// is one. False, and `text` unchanged, when there is no digit or the value exceeds 64 bits.
inline bool take_decimal(std::string_view& text, std::uint64_t& value) {
  std::string_view rest = text;
  if (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t')) rest.remove_prefix(1);
  std::uint64_t result = 0;
  std::size_t digits = 0;
  for (; digits < rest.size(); ++digits) {
    const char digit = rest[digits];
    if (digit < '0' || digit > '9') break;
    if (__builtin_mul_overflow(result, std::uint64_t{10}, &result) ||
        __builtin_add_overflow(result, static_cast<std::uint64_t>(digit - '0'), &result)) {
      return false;
    }
  }
  if (digits == 0) return false;
  value = result;
  rest.remove_prefix(digits);
  text = rest;
  return true;
}

// Text of bounded length, cut when it does not fit. Always NUL-terminated.
template <std::size_t kCapacity>
class FixedText {
 public:
  FixedText& append(std::string_view text) {
    for (const char character : text) {
      if (length_ + 1 >= kCapacity) break;
      text_[length_++] = character;
    }
    text_[length_] = '\0';
    return *this;
  }
  FixedText& append_decimal(std::uint64_t value) {
    char digits[20];
    std::size_t count = 0;
    do {
      digits[count++] = static_cast<char>('0' + value % 10);
      value /= 10;
    } while (value != 0);
    while (count > 0) append(std::string_view(&digits[--count], 1));
    return *this;
  }
  const char* c_str() const { return text_; }
  std::string_view view() const { return {text_, length_}; }

 private:
  char text_[kCapacity] = {};
  std::size_t length_ = 0;
};

}  // namespace plumbline::base

#include "harness/expectations/go_regex.h"

#include <fmt/format.h>

#include <array>

#include "analysis/io/error.h"

namespace plumbline::harness::expectations {
namespace {

constexpr std::int64_t kMaxPatternBytes = 64 << 20;  // once compiled

// Bytes of the character that `text` begins with; 0 when it begins with none.
std::size_t character_bytes(std::string_view text) {
  const auto byte = [&](std::size_t index) {
    return index < text.size() ? static_cast<unsigned char>(text[index]) : 0u;
  };
  const auto continues = [&](std::size_t index, unsigned low = 0x80, unsigned high = 0xBF) {
    return byte(index) >= low && byte(index) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80, high = first == 0xED ? 0x9F : 0xBF;
    return continues(1, low, high) && continues(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80, high = first == 0xF4 ? 0x8F : 0xBF;
    return continues(1, low, high) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

GoRegex::GoRegex(const std::string& pattern, std::string_view where) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMaxPatternBytes);
  compiled_ = std::make_shared<const RE2>(pattern, options);
  if (!compiled_->ok()) {
    throw io::InputError(fmt::format("{}: no regular expression: {}", where, compiled_->error()));
  }
}

bool GoRegex::matches(std::string_view text) const {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *compiled_);
}

std::string as_go_sees(std::string_view text) {
  std::string made;
  made.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = character_bytes(text);
    made += size == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(0, size);
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return made;
}

std::string quoted_for_go(std::string_view text) {
  constexpr std::string_view kSpecial = "\\.+*?()|[]{}^$";
  std::string made;
  for (const char letter : text) {
    if (kSpecial.find(letter) != kSpecial.npos) made += '\\';
    made += letter;
  }
  return made;
}

}  // namespace plumbline::harness::expectations

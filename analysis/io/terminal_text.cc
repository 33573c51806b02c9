// One pass of decoding UTF-8, with each code point either copied or written out.
#include "analysis/io/terminal_text.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <iterator>

namespace plumbline::io {

namespace {

struct CodePoint {
  std::uint32_t value;
  std::size_t bytes;  // 0: not UTF-8
};

// Strict: no overlong forms, surrogates or values past U+10FFFF, which terminals read in
// different ways.
CodePoint decode(std::string_view text) {
  const auto byte_at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::uint32_t first = byte_at(0);
  if (first < 0x80) return {first, 1};
  const std::size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < bytes) return {0, 0};
  std::uint32_t value = first & (0x7Fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte_at(i) & 0xC0u) != 0x80) return {0, 0};
    value = (value << 6) | (byte_at(i) & 0x3Fu);
  }
  constexpr std::array<std::uint32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < kSmallest[bytes] || value > 0x10FFFF || surrogate) return {0, 0};
  return {value, bytes};
}

struct Range {
  std::uint32_t first, last;
};

template <std::size_t N>
bool in_ranges(std::uint32_t value, const std::array<Range, N>& ranges) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](Range range) { return value >= range.first && value <= range.last; });
}

// Controls, then what changes the order of text or cannot be seen.
constexpr std::array<Range, 10> kWrittenOut = {{{0x00, 0x1F},
                                                {0x7F, 0x9F},
                                                {0xAD, 0xAD},
                                                {0x61C, 0x61C},
                                                {0x180E, 0x180E},
                                                {0x200B, 0x200F},
                                                {0x2028, 0x202E},
                                                {0x2060, 0x206F},
                                                {0xFEFF, 0xFEFF},
                                                {0xE0000, 0xE0FFF}}};

constexpr std::array<Range, 9> kWide = {{{0x1100, 0x115F},
                                         {0x2E80, 0xA4CF},
                                         {0xAC00, 0xD7A3},
                                         {0xF900, 0xFAFF},
                                         {0xFE30, 0xFE6F},
                                         {0xFF00, 0xFF60},
                                         {0xFFE0, 0xFFE6},
                                         {0x1F300, 0x1FAFF},
                                         {0x20000, 0x3FFFD}}};

constexpr std::array<Range, 4> kCombining = {
    {{0x300, 0x36F}, {0x1AB0, 0x1AFF}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}}};

void append_written_out(std::string& safe, std::uint32_t value) {
  const auto out = std::back_inserter(safe);
  if (value == '\n') {
    safe += "\\n";
  } else if (value == '\t') {
    safe += "\\t";
  } else if (value < 0x80) {
    fmt::format_to(out, "\\x{:02x}", value);
  } else if (value <= 0xFFFF) {
    fmt::format_to(out, "\\u{:04x}", value);
  } else {
    fmt::format_to(out, "\\U{:08x}", value);
  }
}

}  // namespace

std::string terminal_safe(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = decode(text);
    const std::size_t bytes = std::max<std::size_t>(point.bytes, 1);
    if (point.bytes == 0) {
      fmt::format_to(std::back_inserter(safe), "\\x{:02x}", static_cast<unsigned char>(text[0]));
    } else if (in_ranges(point.value, kWrittenOut)) {
      append_written_out(safe, point.value);
    } else {
      safe.append(text.substr(0, bytes));
    }
    text.remove_prefix(bytes);
  }
  return safe;
}

std::size_t terminal_width(std::string_view safe_text) {
  std::size_t width = 0;
  while (!safe_text.empty()) {
    const CodePoint point = decode(safe_text);
    if (in_ranges(point.value, kWide)) {
      width += 2;
    } else if (!in_ranges(point.value, kCombining)) {
      width += 1;
    }
    safe_text.remove_prefix(std::max<std::size_t>(point.bytes, 1));
  }
  return width;
}

bool colour_wanted(int descriptor) {
  if (isatty(descriptor) == 0) return false;
  const char* no_colour = std::getenv("NO_COLOR");  // https://no-color.org
  if (no_colour != nullptr && *no_colour != '\0') return false;
  const char* terminal = std::getenv("TERM");
  return terminal != nullptr && std::string_view(terminal) != "dumb";
}

}  // namespace plumbline::io

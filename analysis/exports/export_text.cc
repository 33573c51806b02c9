#include "analysis/exports/export_text.h"

#include <fmt/format.h>

#include "analysis/io/terminal_text.h"

namespace plumbline::exports {

std::string safe_name(std::string_view name) {
  return name.empty() ? "[no name]" : io::terminal_safe(name);
}

std::string json_text(std::string_view name) {
  std::string quoted = "\"";
  for (const char letter : name) {
    const auto code = static_cast<unsigned char>(letter);
    if (letter == '"' || letter == '\\') {
      quoted += '\\';
      quoted += letter;
    } else if (letter == '<' || letter == '>' || code < 0x20) {
      quoted += fmt::format("\\u{:04x}", code);
    } else {
      quoted += letter;
    }
  }
  return quoted + '"';
}

std::string folded_name(std::string_view name) {
  std::string folded;
  for (const char letter : safe_name(name)) {
    const bool comments = letter == '#' && folded.empty();
    if (letter == ';' || comments) {
      folded += fmt::format("\\x{:02x}", static_cast<unsigned char>(letter));
    } else {
      folded += letter;
    }
  }
  return folded;
}

std::string hex_id(std::uint64_t id) { return fmt::format("{:016x}", id); }

std::string hex_id(std::uint64_t high, std::uint64_t low) { return hex_id(high) + hex_id(low); }

std::string_view column_name(std::size_t column) {
  return column == analysis::kResidualColumn ? "residual" : format::kCategoryIds[column];
}

}  // namespace plumbline::exports

#include "harness/publish/csv_field.h"

#include <array>
#include <string_view>

#include "harness/publish/published_names.h"

namespace plumbline::harness::publish {
namespace {

bool looks_like_formula(std::string_view text) {
  static constexpr std::array<std::string_view, 8> kStarts = {
      "=", "+", "-", "@", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"};
  const std::size_t start = text.find_first_not_of(" '\"");  // what an import may take away
  if (start == text.npos) return false;
  for (const std::string_view mark : kStarts) {
    if (text.substr(start).starts_with(mark)) return true;
  }
  return false;
}

}  // namespace

std::string quoted(const std::string& printable) {
  std::string field = looks_like_formula(printable) ? "\"'" : "\"";
  for (const char c : printable) {
    if (c == '"') field += '"';
    field += c;
  }
  return field + '"';
}

std::string name_field(const std::string& name) { return quoted(printable_name(name)); }

}  // namespace plumbline::harness::publish

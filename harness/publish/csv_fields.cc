// A spreadsheet takes a text that begins with = + - @ (or their full-width forms) for a formula,
// quoted or not: such a text gets an apostrophe in front, which spreadsheets read as "this is
// text". Tab, CR and LF do not get this far: printable_name() wrote them out. Figures are not
// defused, as a negative number is no formula; one that does not exist is an empty field.
#include "harness/publish/csv_fields.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
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

std::string csv_quoted(const std::string& printable) {
  std::string field = looks_like_formula(printable) ? "\"'" : "\"";
  for (const char c : printable) {
    if (c == '"') field += '"';
    field += c;
  }
  return field + '"';
}

std::string csv_text(const std::string& name) { return csv_quoted(printable_name(name)); }

std::string csv_figure(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? fmt::format("{}", *value) : "";
}

}  // namespace plumbline::harness::publish

// RFC 4180: CRLF, one header line, one line for each cell. Every text is quoted, quotes doubled.
//
// A spreadsheet takes a text that begins with = + - @ (or their full-width forms) for a formula,
// quoted or not: such a text gets an apostrophe in front, which spreadsheets read as "this is
// text". Tab, CR and LF do not get this far: printable_name() wrote them out. Figures are not
// defused, as a negative number is no formula; one that does not exist is an empty field.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <optional>
#include <string>

#include "harness/publish/formats.h"
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

std::string quoted(const std::string& printable) {
  std::string field = looks_like_formula(printable) ? "\"'" : "\"";
  for (const char c : printable) {
    if (c == '"') field += '"';
    field += c;
  }
  return field + '"';
}

std::string name_field(const std::string& name) { return quoted(printable_name(name)); }

std::string figure(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? fmt::format("{}", *value) : "";
}

// Nobody attributed anything where nothing was offered.
std::optional<double> attributed(const CellRow& row) {
  if (row.verdict == Verdict::kNotOffered) return std::nullopt;
  return row.attributed_ns;
}

}  // namespace

void write_csv(const Results& results, const TextSink& sink) {
  sink(
      "scenario,profiler,endpoint,category,truth_lo_ns,truth_hi_ns,attributed_ns,error_ns,"
      "ci95_lo_ns,ci95_hi_ns,error_pct,error_pp,tolerance_ns,blocked_waits,repeats,verdict,"
      "reason\r\n");
  for (const CellRow& row : results.cells) {
    sink(fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\r\n",
                     name_field(row.scenario), name_field(row.profiler), name_field(row.endpoint),
                     name_field(row.category), figure(row.truth_lo_ns), figure(row.truth_hi_ns),
                     figure(attributed(row)), figure(row.error_ns), figure(row.ci95_ns.lo),
                     figure(row.ci95_ns.hi), figure(row.error_pct), figure(row.error_pp),
                     figure(row.tolerance_ns), figure(row.blocked_waits), row.repeats,
                     name_of(row.verdict), quoted(printable_text(row.reason))));
  }
}

}  // namespace plumbline::harness::publish

// RFC 4180: CRLF, one header line, one line for each cell. Every text is quoted, quotes doubled.
//
// A spreadsheet takes a text that begins with = + - @ (or their full-width forms) for a formula,
// quoted or not: such a text gets an apostrophe in front, which spreadsheets read as "this is
// text". Tab, CR and LF do not get this far: printable_name() wrote them out. Figures are not
// defused, as a negative number is no formula; one that does not exist is an empty field.
#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <string>

#include "harness/publish/csv_field.h"
#include "harness/publish/formats.h"
#include "harness/publish/published_names.h"

namespace plumbline::harness::publish {
namespace {

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

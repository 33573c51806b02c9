// RFC 4180: CRLF, one header line, one line for each cell. Every text is quoted, quotes doubled.
#include <fmt/format.h>

#include <string>

#include "harness/publish/csv_fields.h"
#include "harness/publish/formats.h"
#include "harness/publish/published_names.h"

namespace plumbline::harness::publish {

void write_csv(const Results& results, const TextSink& sink) {
  sink(
      "scenario,profiler,endpoint,category,truth_lo_ns,truth_hi_ns,attributed_ns,error_ns,"
      "ci95_lo_ns,ci95_hi_ns,error_pct,error_pp,tolerance_ns,blocked_waits,repeats,verdict,"
      "reason\r\n");
  for (const CellRow& row : results.cells) {
    sink(fmt::format(
        "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\r\n", csv_text(row.scenario),
        csv_text(row.profiler), csv_text(row.endpoint), csv_text(row.category),
        csv_figure(row.truth_lo_ns), csv_figure(row.truth_hi_ns), csv_figure(row.attributed_ns),
        csv_figure(row.error_ns), csv_figure(row.ci95_ns.lo), csv_figure(row.ci95_ns.hi),
        csv_figure(row.error_pct), csv_figure(row.error_pp), csv_figure(row.tolerance_ns),
        csv_figure(row.blocked_waits), row.repeats, name_of(row.verdict),
        csv_quoted(printable_text(row.reason))));
  }
}

}  // namespace plumbline::harness::publish

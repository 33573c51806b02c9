// CSV: CRLF, one header line, one line for each row of a table.
#include <fmt/format.h>

#include <optional>

#include "harness/publish/csv_fields.h"
#include "harness/publish/formats.h"

namespace plumbline::harness::publish {
namespace {

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
    sink(fmt::format(
        "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\r\n", csv_name(row.scenario),
        csv_name(row.profiler), csv_name(row.endpoint), csv_name(row.category),
        csv_figure(row.truth_lo_ns), csv_figure(row.truth_hi_ns), csv_figure(attributed(row)),
        csv_figure(row.error_ns), csv_figure(row.ci95_ns.lo), csv_figure(row.ci95_ns.hi),
        csv_figure(row.error_pct), csv_figure(row.error_pp), csv_figure(row.tolerance_ns),
        csv_figure(row.blocked_waits), row.repeats, name_of(row.verdict), csv_text(row.reason)));
  }
}

void write_csv_functions(const Results& results, const TextSink& sink) {
  sink(
      "scenario,profiler,endpoint,function,truth_share,attributed_share,samples,sampling_limit,"
      "gates,verdict,reason\r\n");
  for (const FunctionRow& row : results.functions) {
    sink(fmt::format("{},{},{},{},{},{},{},{},{},{},{}\r\n", csv_name(row.scenario),
                     csv_name(row.profiler), csv_name(row.endpoint), csv_name(row.function),
                     csv_figure(row.truth_share), csv_figure(row.attributed_share),
                     csv_figure(row.samples), csv_figure(row.sampling_limit), row.gate.gates,
                     name_of(row.verdict), csv_text(row.reason)));
  }
}

void write_csv_confusion(const Results& results, const TextSink& sink) {
  sink("scenario,profiler,true_category,reported_category,ns\r\n");
  for (const ConfusionRow& row : results.confusion) {
    sink(fmt::format("{},{},{},{},{}\r\n", csv_name(row.scenario), csv_name(row.profiler),
                     csv_name(row.true_category), csv_name(row.reported_category),
                     csv_figure(row.ns)));
  }
}

void write_csv_links(const Results& results, const TextSink& sink) {
  sink(
      "scenario,profiler,right_pct,wrong_pct,none_pct,wrong_tolerance_pct,none_tolerance_pct,"
      "right_ns,wrong_ns,lost_ns,invented_ns,rule,gates,verdict,reason\r\n");
  for (const LinkRow& row : results.links) {
    const std::string times =
        row.times ? fmt::format("{},{},{},{}", row.times->right_ns, row.times->wrong_ns,
                                row.times->none_ns, row.times->invented_ns)
                  : ",,,";
    sink(fmt::format("{},{},{},{},{},{},{},{},{},{},{},{}\r\n", csv_name(row.scenario),
                     csv_name(row.profiler), csv_figure(row.right_pct), csv_figure(row.wrong_pct),
                     csv_figure(row.none_pct), csv_figure(row.wrong_tolerance_pct),
                     csv_figure(row.none_tolerance_pct), times, csv_name(row.gate.rule),
                     row.gate.gates, name_of(row.verdict), csv_text(row.reason)));
  }
}

void write_csv_assertions(const Results& results, const TextSink& sink) {
  sink(
      "scenario,profiler,kind,endpoint,pattern,found,found_pct,limit,evidence,rule,gates,verdict,"
      "reason\r\n");
  for (const AssertionRow& row : results.assertions) {
    sink(fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{}\r\n", csv_name(row.scenario),
                     csv_name(row.profiler), csv_name(row.kind), csv_name(row.endpoint),
                     csv_name(row.pattern), csv_figure(row.found), csv_figure(row.found_pct),
                     csv_figure(row.limit), csv_figure(row.evidence), csv_name(row.gate.rule),
                     row.gate.gates, name_of(row.verdict), csv_text(row.reason)));
  }
}

}  // namespace plumbline::harness::publish

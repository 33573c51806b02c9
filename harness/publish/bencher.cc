// Bencher Metric Format: {benchmark: {measure: {value, lower_value, upper_value}}}.
//
// A benchmark for each cell, and one for the links and the conservation of each profiler. Bounds
// are there where there are two: the interval of the error, and of the truth itself. Names of
// benchmarks may have 1,024 characters, of measures 64. What has no figure is left out: the format
// has no null.
#include <cmath>
#include <optional>

#include "harness/publish/json_text.h"

namespace plumbline::harness::publish {
namespace {

using Json = nlohmann::ordered_json;

void add_measure(Json& benchmark, const char* measure, std::optional<double> value,
                 const std::optional<Interval>& bounds = std::nullopt) {
  if (!value || !std::isfinite(*value)) return;
  benchmark[measure] = {{"value", *value}};
  if (!bounds || !std::isfinite(bounds->lo) || !std::isfinite(bounds->hi)) return;
  benchmark[measure]["lower_value"] = bounds->lo;
  benchmark[measure]["upper_value"] = bounds->hi;
}

bool has_figures(Verdict verdict) {
  return verdict != Verdict::kSkipped && verdict != Verdict::kNotOffered;
}

Json cell(const CellRow& row) {
  Json benchmark = Json::object();
  add_measure(benchmark, "error-ns", row.error_ns, row.ci95_ns);
  add_measure(benchmark, "error-percent", row.error_pct, row.ci95_pct);
  add_measure(benchmark, "attributed-ns", row.attributed_ns);
  add_measure(benchmark, "truth-ns", (row.truth_lo_ns + row.truth_hi_ns) / 2,
              Interval{row.truth_lo_ns, row.truth_hi_ns});
  add_measure(benchmark, "tolerance-ns", row.tolerance_ns);
  return benchmark;
}

Json links(const LinkRow& row) {
  Json benchmark = Json::object();
  add_measure(benchmark, "wrong-span-percent", row.wrong_pct);
  add_measure(benchmark, "no-span-percent", row.none_pct);
  if (row.times) {
    add_measure(benchmark, "invented-ns", static_cast<double>(row.times->invented_ns));
  }
  return benchmark;
}

Json conservation(const ConservationRow& row) {
  Json benchmark = Json::object();
  add_measure(benchmark, "tiling-error-ns", static_cast<double>(row.tiling_error_ns));
  add_measure(benchmark, "double-booked-ns", static_cast<double>(row.double_booked_ns));
  add_measure(benchmark, "residual-percent", row.residual_pct);
  if (row.profiler != kLedger) add_measure(benchmark, "uncategorized-percent", row.other_pct);
  return benchmark;
}

}  // namespace

void write_bencher(const Results& results, const TextSink& sink) {
  JsonList list(sink, "{");
  UniqueNames names;
  const auto add = [&](const std::string& name, Verdict verdict, const Json& benchmark) {
    if (has_figures(verdict) && !benchmark.empty()) list.add_member(names.take(name), benchmark);
  };
  for (const CellRow& row : results.cells) {
    add(row_name(row.scenario, row.profiler, row.endpoint, row.category), row.verdict, cell(row));
  }
  for (const LinkRow& row : results.links) {
    add(row_name(row.scenario, row.profiler, "", "links"), row.verdict, links(row));
  }
  for (const ConservationRow& row : results.conservation) {
    add(row_name(row.scenario, row.profiler, "", "conservation"), row.verdict, conservation(row));
  }
  for (const AssertionRow& row : results.assertions) {
    Json benchmark = Json::object();
    add_measure(benchmark, row.kind == "losses" ? "lost" : "found-samples", row.found);
    add(row_name(row.scenario, row.profiler, row.endpoint, "never " + row.pattern), row.verdict,
        benchmark);
  }
  list.end("\n}\n");
}

}  // namespace plumbline::harness::publish

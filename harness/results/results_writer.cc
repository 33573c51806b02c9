#include "harness/results/results_writer.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "analysis/io/atomic_file.h"

namespace plumbline::harness {
namespace {

using Json = nlohmann::ordered_json;

Json finite(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json finite(const std::optional<double>& value) { return value ? finite(*value) : Json(nullptr); }

Json integer(const std::optional<std::int64_t>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

// An interval with an open end says nothing that a reader could use.
Json bounds(const Interval& interval) {
  if (!std::isfinite(interval.lo) || !std::isfinite(interval.hi)) return nullptr;
  return {interval.lo, interval.hi};
}

template <typename Row>
Json array_of(const std::vector<Row>& rows, Json (*to_json)(const Row&)) {
  Json array = Json::array();
  for (const Row& row : rows) array.push_back(to_json(row));
  return array;
}

// Of the default gate there is nothing to say.
void add_gate(Json& json, const RowGate& gate, bool gates_by_default) {
  if (!gate.rule.empty()) json["rule"] = gate.rule;
  if (gate.gates != gates_by_default) json["gates"] = gate.gates;
}

template <typename Row>
void add_verdict(Json& json, const Row& row) {
  json["verdict"] = name_of(row.verdict);
  if (!row.reason.empty()) json["reason"] = row.reason;
}

Json environment_json(const Environment& environment) {
  return {{"kernel", environment.kernel},
          {"hz", integer(environment.hz)},
          {"cpu_model", environment.cpu_model},
          {"cpus", environment.cpus},
          {"clock", environment.clock},
          {"perf_event_paranoid", integer(environment.perf_event_paranoid)},
          {"rseq", text_or_null(environment.rseq)},
          {"virtualized", environment.virtualized},
          {"cpus_kept_awake", environment.cpus_kept_awake},
          {"loadavg", environment.loadavg},
          {"git", text_or_null(environment.git)},
          {"compiler", environment.compiler},
          {"version", environment.version}};
}

Json provenance_json(const Provenance& provenance) {
  Json json = {{"id", provenance.id},
               {"name", provenance.name},
               {"started", provenance.started},
               {"settings", Json::object()},
               {"scenarios", provenance.scenarios},
               {"sweeps", provenance.sweeps},
               {"shard", nullptr}};
  for (const auto& [setting, value] : provenance.settings) json["settings"][setting] = value;
  if (provenance.shard) {
    json["shard"] = {{"index", provenance.shard->index}, {"total", provenance.shard->total}};
  }
  if (provenance.mixed_machines) json["mixed_machines"] = true;
  return json;
}

Json run_json(const RunRow& row) {
  Json json = {
      {"id", row.id},           {"scenario", row.scenario}, {"profiler", row.profiler},
      {"seed", row.seed},       {"repeat", row.repeat},     {"machine", name_of(row.machine)},
      {"reasons", row.reasons}, {"wall_ns", row.wall_ns},   {"losses", Json::object()}};
  for (const auto& [cause, count] : row.losses) json["losses"][cause] = count;
  if (row.overhead_pct) json["overhead_pct"] = finite(row.overhead_pct);
  json["conservation"] = {{"tiling_error_ns", row.conservation.tiling_error_ns},
                          {"residual_ns", row.conservation.residual_ns},
                          {"residual_abs_ns", row.conservation.residual_abs_ns},
                          {"double_booked_ns", row.conservation.double_booked_ns}};
  return json;
}

Json cell_run_json(const CellRun& run) {
  return {
      {"run", run.run}, {"lo", run.lo_ns}, {"hi", run.hi_ns}, {"attributed", run.attributed_ns}};
}

Json cell_json(const CellRow& row) {
  Json json = {{"scenario", row.scenario},
               {"profiler", row.profiler},
               {"endpoint", row.endpoint},
               {"category", row.category},
               {"truth_lo_ns", finite(row.truth_lo_ns)},
               {"truth_hi_ns", finite(row.truth_hi_ns)},
               {"blocked_waits", finite(row.blocked_waits)},
               {"attributed_ns", finite(row.attributed_ns)},
               {"error_ns", finite(row.error_ns)},
               {"error_pct", finite(row.error_pct)},
               {"error_pp", finite(row.error_pp)},
               {"ci95_ns", bounds(row.ci95_ns)},
               {"ci95_pct", row.ci95_pct ? bounds(*row.ci95_pct) : Json(nullptr)},
               {"sampling_error_pct", finite(row.sampling_error_pct)},
               {"repeats", row.repeats},
               {"tolerance_ns", finite(row.tolerance_ns)},
               {"per_run", array_of(row.per_run, cell_run_json)}};
  if (row.default_tolerance_ns) json["default_tolerance_ns"] = finite(row.default_tolerance_ns);
  add_gate(json, row.gate, true);
  add_verdict(json, row);
  return json;
}

Json function_json(const FunctionRow& row) {
  Json json = {{"scenario", row.scenario},
               {"profiler", row.profiler},
               {"endpoint", row.endpoint},
               {"function", row.function},
               {"truth_share", finite(row.truth_share)},
               {"attributed_share", finite(row.attributed_share)},
               {"samples", finite(row.samples)},
               {"sampling_limit", finite(row.sampling_limit)}};
  if (row.span_wall_ns) json["span_wall_ns"] = finite(row.span_wall_ns);
  add_gate(json, row.gate, false);
  add_verdict(json, row);
  return json;
}

Json link_json(const LinkRow& row) {
  Json json = {{"scenario", row.scenario},
               {"profiler", row.profiler},
               {"right_pct", finite(row.right_pct)},
               {"wrong_pct", finite(row.wrong_pct)},
               {"none_pct", finite(row.none_pct)},
               {"tolerance",
                {{"wrong_pct", finite(row.wrong_tolerance_pct)},
                 {"none_pct", finite(row.none_tolerance_pct)}}}};
  if (row.invented_tolerance_pct) {
    json["tolerance"]["invented_pct"] = finite(row.invented_tolerance_pct);
  }
  if (row.times) {
    json["right_ns"] = row.times->right_ns;
    json["wrong_ns"] = row.times->wrong_ns;
    json["none_ns"] = row.times->none_ns;
    json["invented_ns"] = row.times->invented_ns;
  }
  add_gate(json, row.gate, true);
  add_verdict(json, row);
  return json;
}

Json conservation_json(const ConservationRow& row) {
  Json json = {{"scenario", row.scenario},
               {"profiler", row.profiler},
               {"tiling_error_ns", row.tiling_error_ns},
               {"residual_pct", finite(row.residual_pct)},
               {"other_pct", finite(row.other_pct)},
               {"double_booked_ns", row.double_booked_ns},
               {"tolerance",
                {{"tiling_error_ns", 0},
                 {"residual_pct", finite(row.residual_tolerance_pct)},
                 {"other_pct", finite(row.other_tolerance_pct)},
                 {"double_booked_ns", 0}}}};
  if (row.default_residual_tolerance_pct) {
    json["default_residual_tolerance_pct"] = finite(row.default_residual_tolerance_pct);
  }
  add_gate(json, row.gate, true);
  add_verdict(json, row);
  return json;
}

Json confusion_json(const ConfusionRow& row) {
  return {{"scenario", row.scenario},
          {"profiler", row.profiler},
          {"true_category", row.true_category},
          {"reported_category", row.reported_category},
          {"ns", finite(row.ns)}};
}

Json sweep_point_json(const SweepPointRow& row) {
  return {{"value", finite(row.value)},
          {"error_pct", finite(row.error_pct)},
          {"ci95", row.ci95 ? bounds(*row.ci95) : Json(nullptr)}};
}

Json sweep_json(const SweepRow& row) {
  return {{"scenario", row.scenario},
          {"profiler", row.profiler},
          {"parameter", row.parameter},
          {"points", array_of(row.points, sweep_point_json)},
          {"breaking_point", finite(row.breaking_point)}};
}

Json overhead_round_json(const OverheadRound& round) {
  return {{"bare", finite(round.bare)}, {"profiled", finite(round.profiled)}};
}

Json overhead_json(const OverheadRow& row) {
  Json json = {{"scenario", row.scenario},
               {"profiler", row.profiler},
               {"rate_hz", finite(row.rate_hz)},
               {"measure", row.measure},
               {"unit", row.unit},
               {"bare", finite(row.bare)},
               {"profiled", finite(row.profiled)},
               {"ratio", finite(row.ratio)},
               {"ci95", bounds(row.ci95)},
               {"detectable", finite(row.detectable)},
               {"limit", finite(row.limit)},
               {"per_round", array_of(row.per_round, overhead_round_json)}};
  add_verdict(json, row);
  return json;
}

Json oracle_json(const OracleRow& row) {
  Json json = {{"scenario", row.scenario},
               {"category", row.category},
               {"runs", row.runs},
               {"invalid_runs", row.invalid_runs},
               {"segments", row.segments},
               {"inside_pct", finite(row.inside_pct)},
               {"ledger_lo_ns", finite(row.ledger_lo_ns)},
               {"ledger_hi_ns", finite(row.ledger_hi_ns)},
               {"kernel_lo_ns", finite(row.kernel_lo_ns)},
               {"kernel_hi_ns", finite(row.kernel_hi_ns)},
               {"error_ns", finite(row.error_ns)},
               {"tolerance_ns", finite(row.tolerance_ns)},
               {"blocks", row.blocks},
               {"misplaced_blocks", row.misplaced_blocks}};
  add_verdict(json, row);
  return json;
}

Json profiler_json(const ProfilerRow& row) {
  Json json = {{"profiler", row.profiler},
               {"version", text_or_null(row.version)},
               {"state", name_of(row.state)},
               {"claims", row.claims},
               {"not_offered", row.not_offered}};
  if (!row.reason.empty()) json["reason"] = row.reason;
  return json;
}

Json standing_json(const StandingRow& row) {
  const auto interval = [](const std::optional<Interval>& value) {
    return value ? bounds(*value) : Json(nullptr);
  };
  return {{"scenario", row.scenario},
          {"profiler", row.profiler},
          {"runs", row.runs},
          {"samples", finite(row.samples)},
          {"rate_hz", finite(row.rate_hz)},
          {"max_points", finite(row.max_points)},
          {"rms_points", finite(row.rms_points)},
          {"limit_points", finite(row.limit_points)},
          {"rms_over_limit", finite(row.rms_over_limit)},
          {"ci95_over_limit", interval(row.ci95_over_limit)},
          {"overhead_pct", finite(row.overhead_pct)},
          {"ci95_overhead_pct", interval(row.ci95_overhead_pct)},
          {"losses", row.losses}};
}

Json assertion_json(const AssertionRow& row) {
  Json json = {{"scenario", row.scenario},
               {"profiler", row.profiler},
               {"kind", row.kind},
               {"endpoint", row.endpoint},
               {"pattern", row.pattern},
               {"found", finite(row.found)},
               {"found_pct", finite(row.found_pct)},
               {"limit", finite(row.limit)},
               {"evidence", finite(row.evidence)}};
  add_gate(json, row.gate, true);
  add_verdict(json, row);
  return json;
}

Json gate_entry_json(const GateUse::Entry& entry) {
  return {{"rule", entry.rule}, {"about", entry.about}, {"rows", entry.rows}};
}

Json gate_json(const GateUse& gate) {
  return {{"file", gate.file},
          {"comment", gate.comment},
          {"entries", array_of(gate.entries, gate_entry_json)},
          {"wider", gate.wider}};
}

Json summary_json(const Summary& summary) {
  return {{"pass", summary.pass},
          {"fail", summary.fail},
          {"inconclusive", summary.inconclusive},
          {"vacuous", summary.vacuous},
          {"skipped", summary.skipped},
          {"invalid_runs", summary.invalid_runs},
          {"exit_code", summary.exit_code},
          {"reason", summary.reason}};
}

}  // namespace

Json results_to_json(const Results& results) {
  Json json = {{"schema", "plumbline.results/1"},
               {"environment", environment_json(results.environment)},
               {"runs", array_of(results.runs, run_json)},
               {"cells", array_of(results.cells, cell_json)},
               {"functions", array_of(results.functions, function_json)},
               {"links", array_of(results.links, link_json)},
               {"conservation", array_of(results.conservation, conservation_json)},
               {"confusion", array_of(results.confusion, confusion_json)},
               {"sweeps", array_of(results.sweeps, sweep_json)},
               {"overhead", array_of(results.overhead, overhead_json)},
               {"oracle", array_of(results.oracle, oracle_json)},
               {"profilers", array_of(results.profilers, profiler_json)},
               {"standings", array_of(results.standings, standing_json)}};
  if (!results.assertions.empty()) {
    json["assertions"] = array_of(results.assertions, assertion_json);
  }
  if (!results.provenance.id.empty()) json["provenance"] = provenance_json(results.provenance);
  if (results.gate) json["gate"] = gate_json(*results.gate);
  json["summary"] = summary_json(results.summary);
  return json;
}

std::string results_text(const Results& results) {
  return results_to_json(results).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

void write_results(const Results& results, const std::filesystem::path& file) {
  io::write_file_atomically(file, results_text(results));
}

}  // namespace plumbline::harness

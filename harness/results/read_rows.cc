// Each the mirror image of its namesake in results_writer.cc.
#include "harness/results/read_rows.h"

#include <fmt/format.h>

#include <limits>
#include <string>

namespace plumbline::harness {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
// A run has so many reasons, or causes of loss, only when somebody means harm.
constexpr std::size_t kMaxNotes = 1000;
// Two for each entry of a gate file.
constexpr std::size_t kMaxGateLines = 20'000;

// What is null in the file was not finite when it was written.
Interval bounds(const RowFields& row, std::string_view key) {
  return row.interval(key).value_or(Interval{-kInfinity, kInfinity});
}

template <typename Row>
void read_verdict(const RowFields& fields, Row& row) {
  static const std::vector<std::string_view> kVerdicts = {"pass",    "fail",        "inconclusive",
                                                          "vacuous", "not_offered", "skipped"};
  row.verdict = static_cast<Verdict>(fields.choice("verdict", kVerdicts));
  row.reason = fields.text_if_any("reason");
}

RowGate gate_of_row(const RowFields& fields, bool gates_by_default) {
  return {fields.text_if_any("rule"),
          fields.has("gates") ? fields.boolean("gates") : gates_by_default};
}

void read_names(const RowFields& fields, std::string& scenario, std::string& profiler) {
  scenario = fields.name("scenario");
  profiler = fields.name("profiler");
}

// An experiment of more scenarios, or shards, is none.
constexpr std::size_t kMaxScenarios = 100'000;

Shard shard_of(const RowFields& fields) {
  const Shard shard{fields.count("index"), fields.count("total")};
  if (shard.index < 1 || shard.index > shard.total) {
    fields.refuse(
        fmt::format("expected a shard 1/N to N/N, found {}/{}", shard.index, shard.total));
  }
  return shard;
}

}  // namespace

Environment environment_of(const RowFields& fields) {
  Environment environment;
  environment.kernel = fields.text("kernel");
  environment.hz = fields.integer_if_any("hz");
  environment.cpu_model = fields.text("cpu_model");
  environment.cpus = fields.count("cpus");
  environment.clock = fields.text("clock");
  environment.perf_event_paranoid = fields.integer_if_any("perf_event_paranoid");
  environment.rseq = fields.text_if_any("rseq");
  environment.virtualized = fields.boolean("virtualized");
  environment.cpus_kept_awake = fields.integer_if_any("cpus_kept_awake").value_or(0);
  environment.loadavg = fields.numbers("loadavg", 3);
  environment.git = fields.text_if_any("git");
  environment.compiler = fields.text("compiler");
  environment.version = fields.text("version");
  return environment;
}

Provenance provenance_of(const RowFields& fields) {
  Provenance provenance;
  provenance.id = fields.name("id");
  provenance.name = fields.name("name");
  provenance.started = fields.text("started");
  const RowFields settings = fields.object("settings");
  for (const std::string& setting : settings.keys(kMaxNotes)) {
    provenance.settings[setting] = settings.text(setting);
  }
  provenance.scenarios = fields.names("scenarios", kMaxScenarios);
  provenance.sweeps = fields.names("sweeps", kMaxScenarios);
  if (fields.has("shard") && !fields.is_null("shard")) {
    provenance.shard = shard_of(fields.object("shard"));
  }
  provenance.mixed_machines = fields.has("mixed_machines") && fields.boolean("mixed_machines");
  return provenance;
}

RunRow run_of(const RowFields& fields) {
  static const std::vector<std::string_view> kMachine = {"ok", "degraded", "invalid"};
  RunRow row;
  row.id = fields.name("id");
  read_names(fields, row.scenario, row.profiler);
  row.seed = fields.seed("seed");
  row.repeat = fields.count("repeat");
  row.machine = static_cast<MachineVerdict>(fields.choice("machine", kMachine));
  row.reasons = fields.names("reasons", kMaxNotes);
  row.wall_ns = fields.integer("wall_ns");
  const RowFields losses = fields.object("losses");
  for (const std::string& cause : losses.keys(kMaxNotes)) {
    row.losses[cause] = losses.integer(cause);
  }
  row.overhead_pct = fields.number_if_any("overhead_pct");
  const RowFields conservation = fields.object("conservation");
  row.conservation.tiling_error_ns = conservation.integer("tiling_error_ns");
  row.conservation.residual_ns = conservation.integer("residual_ns");
  row.conservation.residual_abs_ns = conservation.integer("residual_abs_ns");
  row.conservation.double_booked_ns = conservation.integer("double_booked_ns");
  return row;
}

CellRow cell_of(const RowFields& fields) {
  CellRow row;
  read_names(fields, row.scenario, row.profiler);
  row.endpoint = fields.text("endpoint");
  row.category = fields.name("category");
  row.truth_lo_ns = fields.amount("truth_lo_ns");
  row.truth_hi_ns = fields.amount("truth_hi_ns");
  row.blocked_waits = fields.amount("blocked_waits");
  row.attributed_ns = fields.number("attributed_ns");
  row.error_ns = fields.number_or("error_ns", kNan);
  row.error_pct = fields.number_if_any("error_pct");
  row.error_pp = fields.number_or("error_pp", kNan);
  row.ci95_ns = bounds(fields, "ci95_ns");
  row.ci95_pct = fields.interval("ci95_pct");
  row.sampling_error_pct = fields.number_if_any("sampling_error_pct");
  row.repeats = fields.count("repeats");
  row.tolerance_ns = fields.amount("tolerance_ns");
  for (const RowFields& run : fields.objects("per_run")) {
    row.per_run.push_back(
        {run.name("run"), run.integer("lo"), run.integer("hi"), run.integer("attributed")});
  }
  row.default_tolerance_ns = fields.number_if_any("default_tolerance_ns");
  row.gate = gate_of_row(fields, true);
  read_verdict(fields, row);
  return row;
}

FunctionRow function_of(const RowFields& fields) {
  FunctionRow row;
  read_names(fields, row.scenario, row.profiler);
  row.endpoint = fields.text("endpoint");
  row.function = fields.name("function");
  row.truth_share = fields.amount("truth_share");
  row.attributed_share = fields.amount("attributed_share");
  row.samples = fields.amount("samples");
  row.sampling_limit = fields.number_or("sampling_limit", kInfinity);
  row.span_wall_ns = fields.number_if_any("span_wall_ns");
  row.gate = gate_of_row(fields, false);
  read_verdict(fields, row);
  return row;
}

LinkRow link_of(const RowFields& fields) {
  LinkRow row;
  read_names(fields, row.scenario, row.profiler);
  row.right_pct = fields.amount("right_pct");
  row.wrong_pct = fields.amount("wrong_pct");
  row.none_pct = fields.amount("none_pct");
  const RowFields tolerance = fields.object("tolerance");
  row.wrong_tolerance_pct = tolerance.amount("wrong_pct");
  row.none_tolerance_pct = tolerance.amount("none_pct");
  row.invented_tolerance_pct = tolerance.number_if_any("invented_pct");
  if (fields.has("invented_ns")) {
    row.times = {fields.integer("right_ns"), fields.integer("wrong_ns"), fields.integer("none_ns"),
                 fields.integer("invented_ns")};
  }
  row.gate = gate_of_row(fields, true);
  read_verdict(fields, row);
  return row;
}

ConservationRow conservation_of(const RowFields& fields) {
  ConservationRow row;
  read_names(fields, row.scenario, row.profiler);
  row.tiling_error_ns = fields.integer("tiling_error_ns");
  row.double_booked_ns = fields.integer("double_booked_ns");
  row.residual_pct = fields.number_or("residual_pct", kNan);
  row.other_pct = fields.number_or("other_pct", kNan);
  const RowFields tolerance = fields.object("tolerance");
  row.residual_tolerance_pct = tolerance.number_or("residual_pct", kInfinity);
  row.other_tolerance_pct = tolerance.number_or("other_pct", kInfinity);
  row.default_residual_tolerance_pct = fields.number_if_any("default_residual_tolerance_pct");
  row.gate = gate_of_row(fields, true);
  read_verdict(fields, row);
  return row;
}

ConfusionRow confusion_of(const RowFields& fields) {
  ConfusionRow row;
  read_names(fields, row.scenario, row.profiler);
  row.true_category = fields.name("true_category");
  row.reported_category = fields.name("reported_category");
  row.ns = fields.amount("ns");
  return row;
}

SweepRow sweep_of(const RowFields& fields) {
  SweepRow row;
  read_names(fields, row.scenario, row.profiler);
  row.parameter = fields.name("parameter");
  for (const RowFields& point : fields.objects("points")) {
    row.points.push_back(
        {point.number("value"), point.number_if_any("error_pct"), point.interval("ci95")});
  }
  row.breaking_point = fields.number_if_any("breaking_point");
  return row;
}

// Files of the first days have none of what came to these rows later.
OverheadRow overhead_of(const RowFields& fields) {
  OverheadRow row;
  read_names(fields, row.scenario, row.profiler);
  row.rate_hz = fields.amount("rate_hz");
  row.ratio = fields.number_or("ratio", kNan);
  row.ci95 = bounds(fields, "ci95");
  read_verdict(fields, row);
  if (!fields.has("measure")) return row;
  row.measure = fields.name("measure");
  row.unit = fields.name("unit");
  row.bare = fields.amount("bare");
  row.profiled = fields.amount("profiled");
  row.detectable = fields.number_if_any("detectable");
  row.limit = fields.number_if_any("limit");
  for (const RowFields& round : fields.objects("per_round")) {
    row.per_round.push_back({round.amount("bare"), round.amount("profiled")});
  }
  return row;
}

OracleRow oracle_of(const RowFields& fields) {
  OracleRow row;
  row.scenario = fields.name("scenario");
  row.category = fields.name("category");
  row.runs = fields.count("runs");
  row.invalid_runs = fields.count("invalid_runs");
  row.segments = fields.count("segments");
  row.inside_pct = fields.amount("inside_pct");
  row.ledger_lo_ns = fields.amount("ledger_lo_ns");
  row.ledger_hi_ns = fields.amount("ledger_hi_ns");
  row.kernel_lo_ns = fields.amount("kernel_lo_ns");
  row.kernel_hi_ns = fields.amount("kernel_hi_ns");
  row.error_ns = fields.number("error_ns");
  row.tolerance_ns = fields.amount("tolerance_ns");
  row.blocks = fields.count("blocks");
  row.misplaced_blocks = fields.count("misplaced_blocks");
  read_verdict(fields, row);
  return row;
}

ProfilerRow profiler_of(const RowFields& fields) {
  static const std::vector<std::string_view> kStates = {"judged", "missing", "failed"};
  constexpr std::size_t kMaxClaims = 100;
  ProfilerRow row;
  row.profiler = fields.name("profiler");
  row.version = fields.text_if_any("version");
  row.state = static_cast<ProfilerState>(fields.choice("state", kStates));
  row.reason = fields.text_if_any("reason");
  row.claims = fields.names("claims", kMaxClaims);
  row.not_offered = fields.names("not_offered", kMaxClaims);
  return row;
}

StandingRow standing_of(const RowFields& fields) {
  StandingRow row;
  read_names(fields, row.scenario, row.profiler);
  row.runs = fields.count("runs");
  row.samples = fields.amount("samples");
  row.rate_hz = fields.number_if_any("rate_hz");
  row.max_points = fields.number_if_any("max_points");
  row.rms_points = fields.number_if_any("rms_points");
  row.limit_points = fields.number_if_any("limit_points");
  row.rms_over_limit = fields.number_if_any("rms_over_limit");
  row.ci95_over_limit = fields.interval("ci95_over_limit");
  row.overhead_pct = fields.number_if_any("overhead_pct");
  row.ci95_overhead_pct = fields.interval("ci95_overhead_pct");
  row.losses = fields.integer("losses");
  return row;
}

AssertionRow assertion_of(const RowFields& fields) {
  static const std::vector<std::string_view> kKinds = {"absence", "losses"};
  AssertionRow row;
  read_names(fields, row.scenario, row.profiler);
  row.kind = kKinds[fields.choice("kind", kKinds)];
  row.endpoint = fields.text("endpoint");
  row.pattern = fields.name("pattern");
  row.found = fields.amount("found");
  row.found_pct = fields.number_if_any("found_pct");
  row.limit = fields.amount("limit");
  row.evidence = fields.amount("evidence");
  row.gate = gate_of_row(fields, true);
  read_verdict(fields, row);
  return row;
}

GateUse gate_use_of(const RowFields& fields) {
  GateUse gate;
  gate.file = fields.name("file");
  gate.comment = fields.text("comment");
  for (const RowFields& entry : fields.objects("entries")) {
    gate.entries.push_back({entry.name("rule"), entry.text("about"), entry.count("rows")});
  }
  gate.wider = fields.names("wider", kMaxGateLines);
  return gate;
}

Summary summary_of_json(const RowFields& fields) {
  Summary summary;
  summary.pass = fields.count("pass");
  summary.fail = fields.count("fail");
  summary.inconclusive = fields.count("inconclusive");
  summary.vacuous = fields.count("vacuous");
  summary.skipped = fields.count("skipped");
  summary.invalid_runs = fields.count("invalid_runs");
  summary.exit_code = static_cast<int>(fields.integer_among("exit_code", {0, 1, 3, 77}));
  summary.reason = fields.name("reason");
  return summary;
}

}  // namespace plumbline::harness

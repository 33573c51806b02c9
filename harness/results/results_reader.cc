// One function for each kind of row, each the mirror image of its namesake in results_writer.cc.
#include "harness/results/results_reader.h"

#include <fmt/format.h>

#include <functional>
#include <limits>
#include <map>
#include <string>
#include <system_error>

#include "analysis/io/error.h"
#include "analysis/io/mapped_file.h"
#include "harness/results/results_document.h"
#include "harness/results/row_fields.h"

namespace plumbline::harness {
namespace {

constexpr std::string_view kSchema = "plumbline.results/1";
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
// A run has so many reasons, or causes of loss, only when somebody means harm.
constexpr std::size_t kMaxNotes = 1000;

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

void read_names(const RowFields& fields, std::string& scenario, std::string& profiler) {
  scenario = fields.name("scenario");
  profiler = fields.name("profiler");
}

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
  environment.loadavg = fields.numbers("loadavg", 3);
  environment.git = fields.text_if_any("git");
  environment.compiler = fields.text("compiler");
  environment.version = fields.text("version");
  return environment;
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

// Gathers the rows of a document as they come.
class Gathering {
 public:
  explicit Gathering(const std::filesystem::path& file) : file_(file) {}

  void take(const ResultsRow& row, const nlohmann::json& value) {
    if (row.section == "schema") return check_schema(row, value);
    const auto known = sections().find(row.section);
    if (known == sections().end()) return;
    if (known->second.array != row.element) {
      fail(row.section, known->second.array ? "expected an array" : "expected an object");
    }
    known->second.read(RowFields(file_, row.place, value), results_);
    if (row.section == "runs") count_notes(row, results_.runs.back());
  }

  // `sections`: all that the document has; an array without rows called take() for none.
  Results finish(const std::map<std::string, bool>& sections_found) {
    if (!sections_found.contains("schema")) fail("schema", "is missing: this is no result");
    for (const auto& [section, known] : sections()) {
      const auto found = sections_found.find(section);
      const bool later = section == "oracle" || section == "provenance";  // than version 1's first
      if (later && found == sections_found.end()) continue;
      if (found == sections_found.end()) fail(section, "is missing");
      if (found->second && !known.array) fail(section, "expected an object");
    }
    return std::move(results_);
  }

 private:
  struct Section {
    bool array;
    std::function<void(const RowFields&, Results&)> read;
  };

  template <typename Row>
  static Section rows(std::vector<Row> Results::*table, Row (*read)(const RowFields&)) {
    return {true, [table, read](const RowFields& fields, Results& results) {
              (results.*table).push_back(read(fields));
            }};
  }

  static const std::map<std::string, Section, std::less<>>& sections() {
    static const std::map<std::string, Section, std::less<>> kSections = {
        {"environment",
         {false, [](const RowFields& fields,
                    Results& results) { results.environment = environment_of(fields); }}},
        {"provenance",
         {false, [](const RowFields& fields,
                    Results& results) { results.provenance = provenance_of(fields); }}},
        {"runs", rows(&Results::runs, run_of)},
        {"cells", rows(&Results::cells, cell_of)},
        {"functions", rows(&Results::functions, function_of)},
        {"links", rows(&Results::links, link_of)},
        {"conservation", rows(&Results::conservation, conservation_of)},
        {"confusion", rows(&Results::confusion, confusion_of)},
        {"sweeps", rows(&Results::sweeps, sweep_of)},
        {"oracle", rows(&Results::oracle, oracle_of)},
        {"summary", {false, [](const RowFields& fields, Results& results) {
                       results.summary = summary_of_json(fields);
                     }}}};
    return kSections;
  }

  [[noreturn]] void fail(const std::string& section, const std::string& what) const {
    throw io::InputError(fmt::format("{}: {}: {}", file_.string(), section, what));
  }

  void count_notes(const ResultsRow& row, const RunRow& run) {
    notes_ += run.reasons.size() + run.losses.size();
    if (notes_ > kMaxResultNotes) {
      fail(row.place, fmt::format("more than {} reasons and losses in all runs", kMaxResultNotes));
    }
  }

  void check_schema(const ResultsRow& row, const nlohmann::json& value) const {
    constexpr std::size_t kMaxShownBytes = 60;
    if (value == kSchema && !row.element) return;
    const std::string found =
        value.is_string() ? value.get_ref<const std::string&>() : value.type_name();
    fail("schema", fmt::format("expected {}, found {}; use the plumbline that wrote it", kSchema,
                               found.substr(0, kMaxShownBytes)));
  }

  const std::filesystem::path& file_;
  Results results_;
  std::size_t notes_ = 0;
};

}  // namespace

Results results_from_json(std::string_view text, const std::filesystem::path& file) {
  Gathering gathering(file);
  return gathering.finish(read_results_document(
      text, file,
      [&](const ResultsRow& row, const nlohmann::json& value) { gathering.take(row, value); }));
}

Results read_results(const std::filesystem::path& path) {
  std::error_code ignored;
  const bool folder = std::filesystem::is_directory(path, ignored);
  const std::filesystem::path file = folder ? path / "results.json" : path;
  const io::MappedFile mapped(file);  // its size is known before a byte of it is read
  if (mapped.text().size() > kMaxResultsBytes) {
    throw io::InputError(fmt::format("{}: has {} bytes; results of more than {} are not read",
                                     file.string(), mapped.text().size(), kMaxResultsBytes));
  }
  return results_from_json(mapped.text(), file);
}

}  // namespace plumbline::harness

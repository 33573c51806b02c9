// The tables of one experiment, as they stand in results.json (results/schema/) and are printed.
//
// Filled by the scoring, read by the writer, the console report and the gate. Names and meanings
// are a contract: a CI job reads them for years. Units are in the names; a figure that does not
// exist is empty (JSON: null), never a stand-in number.
// Thread rule: plain data. Failure: none.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/statistics/intervals.h"

namespace plumbline::harness {

enum class MachineVerdict { kOk, kDegraded, kInvalid };

enum class Verdict { kPass, kFail, kInconclusive, kVacuous, kNotOffered, kSkipped };
// Of a profiler that was asked for; missing: not on this machine.
enum class ProfilerState { kJudged, kMissing, kFailed };

std::string_view name_of(MachineVerdict verdict);
std::string_view name_of(Verdict verdict);
std::string_view name_of(ProfilerState state);

// Rows of the cell table that are not a category of time: what of wall no source accounted for.
inline constexpr std::string_view kResidual = "residual";
// Stands for the profiler in the row that says whether the ledger itself adds up.
inline constexpr std::string_view kLedger = "ledger";

// Part `index` of `total`, from 1: an experiment divided over machines or jobs.
struct Shard {
  std::int64_t index = 1, total = 1;

  bool operator==(const Shard&) const = default;
};

// Which experiment it was, and how it was made: what results must share to be merged or compared.
struct Provenance {
  std::string id;       // of this result, no other has it; "" in results of earlier versions
  std::string name;     // of the suite, or of the first scenario
  std::string started;  // UTC, "2026-11-23T00:20:00Z"
  std::map<std::string, std::string> settings;
  std::vector<std::string> scenarios, sweeps;  // of all shards together, in their order
  std::optional<Shard> shard;                  // none: the whole
  bool mixed_machines = false;                 // merged from shards of unlike machines
};

struct Environment {
  std::string kernel;
  std::optional<std::int64_t> hz;
  std::string cpu_model;
  std::int64_t cpus = 0;
  std::string clock;
  std::optional<std::int64_t> perf_event_paranoid;
  std::string rseq;  // how CPU edges were read, as the recording says; "" when none was made
  bool virtualized = false;
  std::int64_t cpus_kept_awake = 0;  // by spinners of the idle class, against the host's theft
  std::vector<double> loadavg;  // 1, 5 and 15 minutes, before the first run
  std::string git;              // revision of the sources; "" when not built from a repository
  std::string compiler;
  std::string version;
};

struct RunConservation {
  std::int64_t tiling_error_ns = 0;
  std::int64_t residual_ns = 0;
  std::int64_t residual_abs_ns = 0;
  std::int64_t double_booked_ns = 0;
};

struct RunRow {
  std::string id;  // "standard/plumbline/3": scenario, profiler, number of the attempt
  std::string scenario, profiler;
  std::uint64_t seed = 0;
  std::int64_t repeat = 0;  // from 1; an invalid run and its replacement share one
  MachineVerdict machine = MachineVerdict::kOk;
  std::vector<std::string> reasons;
  std::int64_t wall_ns = 0;  // sum of the root spans' wall, by the ledger
  std::map<std::string, std::int64_t> losses;
  std::optional<double> overhead_pct;
  RunConservation conservation;
};

// Which entry of a gate file judged a row. Of the defaults: none, and it gates
// unless the table says otherwise.
struct RowGate {
  std::string rule;  // "tolerances[2]"; "": the default
  bool gates = true;
};

// One run's part in a cell.
struct CellRun {
  std::string run;
  std::int64_t lo_ns = 0, hi_ns = 0, attributed_ns = 0;
};

// Signed distance of the attributed time to the truth interval; 0 inside.
double signed_error_ns(const CellRun& run);

// Totals are means per run.
struct CellRow {
  std::string scenario, profiler, endpoint, category;
  double truth_lo_ns = 0, truth_hi_ns = 0;
  double blocked_waits = 0;
  double attributed_ns = 0;
  double error_ns = 0;              // signed distance to the truth interval; 0 inside
  std::optional<double> error_pct;  // of the truth; none when the truth is 0
  double error_pp = 0;              // percentage points of the endpoint's wall
  Interval ci95_ns;                 // of the mean error over the repeats
  std::optional<Interval> ci95_pct;
  std::optional<double> sampling_error_pct;  // 0: the profiler counts this time exactly
  std::int64_t repeats = 0;
  double tolerance_ns = 0;
  std::optional<double> default_tolerance_ns;  // where the gate file's is another
  RowGate gate;
  std::vector<CellRun> per_run;
  Verdict verdict = Verdict::kInconclusive;
  std::string reason;
};

struct FunctionRow {
  std::string scenario, profiler, endpoint, function;
  double truth_share = 0, attributed_share = 0;
  double samples = 0;                  // over all runs, in this endpoint
  std::optional<double> span_wall_ns;  // true mean wall time of the endpoint's root spans
  double sampling_limit = 0;
  RowGate gate{"", false};
  Verdict verdict = Verdict::kInconclusive;
  std::string reason;
};

// Sums over all runs.
struct LinkTimes {
  std::int64_t right_ns = 0, wrong_ns = 0;
  std::int64_t none_ns = 0;      // lost: true time of a span that was given to none
  std::int64_t invented_ns = 0;  // given to a span where truly none was open
};

struct LinkRow {
  std::string scenario, profiler;
  double right_pct = 0, wrong_pct = 0, none_pct = 0;
  std::optional<LinkTimes> times;  // none: of a result that is older than they
  double wrong_tolerance_pct = 0, none_tolerance_pct = 0;
  std::optional<double> invented_tolerance_pct;  // of the time of all segments; none: shown only
  RowGate gate;
  Verdict verdict = Verdict::kInconclusive;
  std::string reason;
};

// One row for each profiler and one for the ledger, which must add up as well.
struct ConservationRow {
  std::string scenario, profiler;
  std::int64_t tiling_error_ns = 0, double_booked_ns = 0;
  double residual_pct = 0;  // of the time judged: sum of |residual|; of the ledger: its closure
  double other_pct = 0;
  double residual_tolerance_pct = 0, other_tolerance_pct = 0;
  std::optional<double> default_residual_tolerance_pct;  // where the gate file's is another
  RowGate gate;
  Verdict verdict = Verdict::kInconclusive;
  std::string reason;
};

struct ConfusionRow {
  std::string scenario, profiler, true_category, reported_category;
  double ns = 0;
};

// One value of a sweep's parameter. The error in per cent of the truth, or of a function's share in
// points; none where nothing could be judged.
struct SweepPointRow {
  double value = 0;
  std::optional<double> error_pct;
  std::optional<Interval> ci95;
};

struct SweepRow {
  std::string scenario, profiler, parameter;
  std::vector<SweepPointRow> points;
  std::optional<double> breaking_point;  // first value at which the error exceeds its tolerance
};

// The ledger against the kernel's own record of one category (--oracle kernel).
struct OracleRow {
  std::string scenario, category;
  std::int64_t runs = 0;  // that count
  std::int64_t invalid_runs = 0;
  std::int64_t segments = 0;                  // compared, over all runs
  double inside_pct = 0;                      // of them, where the two agree
  double ledger_lo_ns = 0, ledger_hi_ns = 0;  // means per run
  double kernel_lo_ns = 0, kernel_hi_ns = 0;
  double error_ns = 0;  // signed distance of the kernel's interval; 0: they meet
  double tolerance_ns = 0;
  std::int64_t blocks = 0, misplaced_blocks = 0;  // misplaced: in a system call of another kind
  Verdict verdict = Verdict::kInconclusive;
  std::string reason;
};

// One for each profiler that was asked for.
struct ProfilerRow {
  std::string profiler, version;  // version: of the tool, "" when it does not say
  ProfilerState state = ProfilerState::kJudged;
  std::string reason;                            // of what was not judged
  std::vector<std::string> claims, not_offered;  // claims.h has the names
};

// One profiler in one scenario, by what nearly all of them offer: how the CPU of the injected
// functions divides among them, over the whole process. Errors in percentage points.
struct StandingRow {
  std::string scenario, profiler;
  std::int64_t runs = 0;                    // in the figures
  double samples = 0;                       // in these functions, mean per run
  std::optional<double> rate_hz;            // of them in a second of their CPU
  std::optional<double> max_points;         // largest error of a function: median over the runs
  std::optional<double> rms_points;         // over all functions and runs
  std::optional<double> limit_points;       // what a perfect sampler of so many samples shows
  std::optional<double> rms_over_limit;     // each run against its own limit
  std::optional<Interval> ci95_over_limit;  // of it, over the runs
  std::optional<double> overhead_pct;       // wall of fixed work beside the bare run of its seed
  std::optional<Interval> ci95_overhead_pct;
  std::int64_t losses = 0;  // that the profiler itself counted, over the runs
};

// One round of an overhead experiment: the same work bare and under the profiler.
struct OverheadRound {
  double bare = 0, profiled = 0;
};

// What a profiler does to work whose amount is fixed: one measure of it, beside the same bare.
struct OverheadRow {
  std::string scenario, profiler;
  double rate_hz = 0;             // 0: it does not sample
  std::string measure = "cpu";    // harness/overhead/slice_costs.h has the names
  std::string unit = "ns";        // or "instructions", or "ratio" (of then and now)
  double bare = 0, profiled = 0;  // medians of the rounds
  double ratio = 0;
  Interval ci95;
  std::optional<double> detectable;  // smallest change of the ratio that shows with a power of 80 %
  std::optional<double> limit;       // of the ratio; a row without one informs, and does not gate
  std::vector<OverheadRound> per_round;
  Verdict verdict = Verdict::kInconclusive;
  std::string reason;
};

// What a gate file says must not be: a function in an endpoint, or more of a loss.
struct AssertionRow {
  std::string scenario, profiler;
  std::string kind;                 // "absence" or "losses"
  std::string endpoint;             // of an absence
  std::string pattern;              // of the function, or of the cause
  double found = 0;                 // samples over all runs, or what was lost
  std::optional<double> found_pct;  // of the endpoint's samples
  double limit = 0;                 // in per cent of an absence, else a count
  double evidence = 0;              // samples of the function in the whole scenario, or runs
  RowGate gate;
  Verdict verdict = Verdict::kInconclusive;
  std::string reason;
};

// Which gate judged, where it was not the default.
struct GateUse {
  struct Entry {
    std::string rule, about;  // "tolerances[2]", `endpoint "GET /a"`
    std::int64_t rows = 0;    // that it judged
  };
  std::string file, comment;
  std::vector<Entry> entries;
  std::vector<std::string> wider;  // where it is wider than the default, a sentence each
};

struct Summary {
  std::int64_t pass = 0, fail = 0, inconclusive = 0, vacuous = 0, skipped = 0;
  std::int64_t invalid_runs = 0;
  int exit_code = 0;
  std::string reason;
};

struct Results {
  Environment environment;
  Provenance provenance;
  std::vector<RunRow> runs;
  std::vector<CellRow> cells;
  std::vector<FunctionRow> functions;
  std::vector<LinkRow> links;
  std::vector<ConservationRow> conservation;
  std::vector<ConfusionRow> confusion;
  std::vector<SweepRow> sweeps;
  std::vector<OverheadRow> overhead;
  std::vector<OracleRow> oracle;  // empty: the oracle was not asked
  std::vector<ProfilerRow> profilers;
  std::vector<StandingRow> standings;
  std::vector<AssertionRow> assertions;
  std::optional<GateUse> gate;  // none: the default
  Summary summary;
};

}  // namespace plumbline::harness

// A cell fails when its error is certainly larger than the tolerance, even if the tolerance is
// generous or the truth interval wide: the error counts from the nearer end of the interval. It
// passes only when the tolerance is tight, the interval narrower than it, and every error within
// the interval of the mean allowed. Where nothing was injected, what the truth leaves open is
// nobody's and 0 is right whatever its width: a value within the tolerance of 0 passes.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "harness/scoring/scoring.h"
#include "harness/statistics/intervals.h"

namespace plumbline::harness {
namespace {

using format::Category;

// Means over the runs of what `figure` gives for each.
double mean_over(std::span<const ScoredRun> runs,
                 const std::function<double(const ScoredRun&)>& figure) {
  std::vector<double> values;
  for (const ScoredRun& run : runs) values.push_back(figure(run));
  return mean(values);
}

analysis::TimeParts attributed_time(const ScoredRun& run, const std::string& endpoint) {
  const auto found = run.profile.endpoints.find(endpoint);
  return found == run.profile.endpoints.end() ? analysis::TimeParts{} : found->second.time;
}

// One row of the table before it has figures: which endpoint, and what of it is compared.
struct CellKey {
  std::size_t endpoint;
  std::optional<Category> category;  // none: the residual

  std::string_view id() const {
    return category ? format::kCategoryIds[static_cast<std::size_t>(*category)] : kResidual;
  }
};

CellRun cell_run(const ScoredRun& run, const CellKey& key) {
  const EndpointTruth& truth = run.truth.endpoints[key.endpoint];
  const analysis::TimeParts time = attributed_time(run, truth.name);
  // Time that the host took lies in no category of the ledger either: a profiler may leave it over
  // or call it uncategorized.
  CellRun part{run.row.id, 0, truth.unaccounted_ns(), time.residual_ns};
  if (key.category) {
    const CategoryTruth& category = truth.of(*key.category);
    part.lo_ns = category.lo_ns;
    part.hi_ns = category.hi_ns;
    if (*key.category == Category::kOther) part.hi_ns += truth.unaccounted_ns();
    part.attributed_ns = time.category[static_cast<std::size_t>(*key.category)];
  }
  return part;
}

void fill_totals(CellRow& row, double confidence) {
  std::vector<double> lo, hi, attributed, errors;
  for (const CellRun& run : row.per_run) {
    lo.push_back(static_cast<double>(run.lo_ns));
    hi.push_back(static_cast<double>(run.hi_ns));
    attributed.push_back(static_cast<double>(run.attributed_ns));
    errors.push_back(signed_error_ns(run));
  }
  row.truth_lo_ns = mean(lo);
  row.truth_hi_ns = mean(hi);
  row.attributed_ns = mean(attributed);
  row.error_ns = mean(errors);
  row.ci95_ns = mean_interval(errors, confidence);
}

void fill_relative(CellRow& row, double truth_ns, double wall_ns) {
  if (wall_ns > 0) row.error_pp = 100 * row.error_ns / wall_ns;
  if (truth_ns <= 0) return;
  row.error_pct = 100 * row.error_ns / truth_ns;
  row.ci95_pct = Interval{100 * row.ci95_ns.lo / truth_ns, 100 * row.ci95_ns.hi / truth_ns};
}

struct Judgement {
  Verdict verdict;
  std::string reason;
};

bool truth_is_too_wide(const CellRow& row) {
  return row.truth_hi_ns - row.truth_lo_ns > row.tolerance_ns;
}

// Uncategorized and residual of the row's endpoint, less what the ledger gives to the first and
// leaves over: what of nobody's time is missing, or too much.
double missing_of_nobody_ns(const ScoredRun& run, std::size_t endpoint) {
  const EndpointTruth& truth = run.truth.endpoints[endpoint];
  const CategoryTruth& other = truth.of(Category::kOther);
  const analysis::TimeParts time = attributed_time(run, truth.name);
  const std::int64_t attributed_ns =
      time.residual_ns + time.category[static_cast<std::size_t>(Category::kOther)];
  const std::int64_t open_ns = truth.unaccounted_ns();
  return signed_error_ns({run.row.id, other.lo_ns + open_ns, other.hi_ns + open_ns, attributed_ns});
}

// Where nothing was injected: as good as nothing, or with the rest of what nobody owns exactly what
// the ledger left over too.
bool is_right_without_injection(const CellRow& row, const CellKey& key, const Scope& scope) {
  std::vector<double> attributed, missing;
  for (const ScoredRun& run : scope.runs) {
    missing.push_back(missing_of_nobody_ns(run, key.endpoint));
  }
  for (const CellRun& run : row.per_run) {
    attributed.push_back(static_cast<double>(run.attributed_ns));
  }
  const auto is_within = [&](const std::vector<double>& sample) {
    const Interval interval = mean_interval(sample, scope.confidence);
    return equivalence(interval, row.tolerance_ns) == Equivalence::kWithin;
  };
  const bool nobodys = !key.category || *key.category == Category::kOther;
  return is_within(attributed) || (nobodys && is_within(missing));
}

Judgement judge(const CellRow& row, const CellKey& key, double truth_ns, const Scope& scope) {
  const Tolerances& tolerances = scope.gate.tolerances;
  const Equivalence equivalent = equivalence(row.ci95_ns, row.tolerance_ns);
  if (equivalent == Equivalence::kOutside) return {Verdict::kFail, ""};
  if (is_vacuous(tolerances, truth_ns, row.tolerance_ns)) {
    return {Verdict::kVacuous, fmt::format("the tolerance is {:.0f} % of the truth",
                                           100 * row.tolerance_ns / truth_ns)};
  }
  if (truth_ns == 0 && equivalent == Equivalence::kWithin &&
      is_right_without_injection(row, key, scope)) {
    return {Verdict::kPass, ""};
  }
  if (truth_is_too_wide(row)) {
    return {Verdict::kInconclusive,
            fmt::format("the truth is known to {:.2f} ms, tolerance {:.2f}",
                        (row.truth_hi_ns - row.truth_lo_ns) / 1e6, row.tolerance_ns / 1e6)};
  }
  if (equivalent == Equivalence::kWithin) return {Verdict::kPass, ""};
  return {Verdict::kInconclusive, row.repeats < 2 ? "one run has no interval: repeat more"
                                                  : "the interval crosses the tolerance: "
                                                    "repeat more"};
}

// Why the profiler is not asked for this cell; none: it is.
std::optional<std::string> withheld(const Scope& scope, const CellKey& key) {
  const Claims& claims = scope.runs.front().profile.claims;
  const bool whole = scope.runs.front().truth.endpoints[key.endpoint].name == kWholeProcess;
  const bool claimed = key.category ? claims.category(*key.category) : claims.accounts;
  if (!claimed) return "the profiler does not claim to measure it";
  if (!whole && !claims.endpoints) return "the profiler does not say whose time it is";
  return std::nullopt;
}

std::optional<std::string> skip_reason(const Scope& scope, const CellKey& key) {
  if (!key.category) return std::nullopt;
  const Truth& truth = scope.runs.front().truth;
  const CategoryTruth& category = truth.endpoints[key.endpoint].of(*key.category);
  if (!category.injected || category.could_run) return std::nullopt;
  const auto skipped = truth.skipped.find(*key.category);
  if (skipped == truth.skipped.end()) return std::nullopt;
  return skipped->second;
}

// What was injected: middle of the interval, without what is nobody's. 0 for the residual. Where no
// wait blocked (all span, or were served from a cache) nothing was: what the interval then holds is
// the width of the ledger's own clocks, and a tolerance made of it would be nothing.
double injected_ns(const Scope& scope, const CellKey& key) {
  if (!key.category) return 0;
  return mean_over(scope.runs, [&](const ScoredRun& run) {
    const CategoryTruth& truth = run.truth.endpoints[key.endpoint].of(*key.category);
    const std::int64_t open_ns = truth.blocked_waits > 0 ? truth.hi_ns - truth.lo_ns : 0;
    return static_cast<double>(truth.lo_ns) + static_cast<double>(open_ns) / 2;
  });
}

CellSize cell_size(const Scope& scope, const CellKey& key, double truth_ns) {
  const auto endpoint_of = [&](const ScoredRun& run) -> const EndpointTruth& {
    return run.truth.endpoints[key.endpoint];
  };
  CellSize size;
  size.truth_ns = truth_ns;
  size.wall_ns = mean_over(scope.runs, [&](const ScoredRun& run) {
    return static_cast<double>(endpoint_of(run).wall_ns);
  });
  size.edges = mean_over(scope.runs, [&](const ScoredRun& run) {
    return static_cast<double>(endpoint_of(run).edges);
  });
  size.waits = mean_over(scope.runs, [&](const ScoredRun& run) {
    const EndpointTruth& endpoint = endpoint_of(run);
    return static_cast<double>(key.category ? endpoint.of(*key.category).blocked_waits
                                            : endpoint.blocked_waits());
  });
  return size;
}

// A figure of something that nobody measured would be read as one.
void withdraw(CellRow& row, const std::string& reason) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  row.attributed_ns = 0;
  row.error_ns = row.error_pp = kNone;
  row.error_pct.reset();
  row.ci95_pct.reset();
  row.ci95_ns = {kNone, kNone};
  row.per_run.clear();
  row.sampling_error_pct.reset();
  row.verdict = Verdict::kNotOffered;
  row.reason = reason;
}

// By the gate; and what it would have been by the default, where that is another.
void set_tolerance(const Gate& gate, const CellSize& size, CellRow& row) {
  const auto rule_of = [&](const Gate& one) -> const CellRule& {
    return cell_rule(one, row.scenario, row.endpoint, row.category, size.truth_ns);
  };
  const CellRule& rule = rule_of(gate);
  row.tolerance_ns = limit_ns(rule.limit, row.category, size);
  row.gate = {rule.place, rule.gates};
  if (rule.place.empty()) return;
  static const Gate kDefault;
  const double default_ns = limit_ns(rule_of(kDefault).limit, row.category, size);
  if (default_ns != row.tolerance_ns) row.default_tolerance_ns = default_ns;
}

CellRow score_cell(const Scope& scope, const CellKey& key) {
  CellRow row;
  row.scenario = scope.scenario;
  row.profiler = scope.profiler;
  row.endpoint = scope.runs.front().truth.endpoints[key.endpoint].name;
  row.category = key.id();
  row.repeats = static_cast<std::int64_t>(scope.runs.size());
  for (const ScoredRun& run : scope.runs) row.per_run.push_back(cell_run(run, key));
  fill_totals(row, scope.confidence);
  const double truth_ns = injected_ns(scope, key);
  const CellSize size = cell_size(scope, key, truth_ns);
  row.blocked_waits = size.waits;
  fill_relative(row, truth_ns, size.wall_ns);
  if (scope.runs.front().profile.counts_totals) row.sampling_error_pct = 0;
  set_tolerance(scope.gate, size, row);
  if (const std::optional<std::string> reason = withheld(scope, key)) {
    withdraw(row, *reason);
    return row;
  }
  const std::optional<std::string> skipped = skip_reason(scope, key);
  const Judgement judgement =
      skipped ? Judgement{Verdict::kSkipped, *skipped} : judge(row, key, truth_ns, scope);
  row.verdict = judgement.verdict;
  row.reason = judgement.reason;
  return row;
}

}  // namespace

bool more_runs_could_decide(const CellRow& row) {
  return row.verdict == Verdict::kInconclusive && !truth_is_too_wide(row);
}

std::vector<CellRow> score_cells(const Scope& scope) {
  std::vector<CellRow> rows;
  const std::size_t endpoints = scope.runs.front().truth.endpoints.size();
  for (std::size_t endpoint = 0; endpoint < endpoints; ++endpoint) {
    if (scope.runs.front().truth.endpoints[endpoint].name == kWholeProcess) {
      rows.push_back(score_cell(scope, {endpoint, Category::kCpu}));
      continue;
    }
    for (std::size_t category = 0; category < format::kCategoryCount; ++category) {
      rows.push_back(score_cell(scope, {endpoint, static_cast<Category>(category)}));
    }
    rows.push_back(score_cell(scope, {endpoint, std::nullopt}));
  }
  return rows;
}

}  // namespace plumbline::harness

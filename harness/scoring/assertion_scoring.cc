// What a gate file says must not be. An absence is proved by the samples of the function elsewhere:
// none here of 4,000 in the scenario means that a leak is below 0.1 %. Of a function that nobody
// ran, the entry proves nothing and is inconclusive: so a renamed function does not pass for ever.
// Losses are counts, and need no interval.
#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "harness/gate/name_pattern.h"
#include "harness/scoring/scoring.h"
#include "harness/statistics/intervals.h"

namespace plumbline::harness {
namespace {

struct Samples {
  double all = 0;    // of the endpoint
  double found = 0;  // with the function on the stack
  std::string example;
};

// A stack with two functions that match counts twice: the sum errs on the strict side. A profiler
// that gives no samples by function has its CPU time, in milliseconds, in their place.
void add_functions(const EndpointProfile& profile, const RE2& expression, Samples& samples) {
  samples.all += static_cast<double>(profile.samples);
  for (const auto& [function, cpu_ns] : profile.function_cpu_ns) {
    const auto counted = profile.function_samples.find(function);
    const double found = counted == profile.function_samples.end()
                             ? static_cast<double>(cpu_ns) / 1e6
                             : static_cast<double>(counted->second);
    if (found <= 0 || !RE2::PartialMatch(function, expression)) continue;
    samples.found += found;
    if (samples.example.empty()) samples.example = function;
  }
}

std::map<std::string, Samples> samples_by_endpoint(const Scope& scope, const RE2& expression) {
  std::map<std::string, Samples> endpoints;
  for (const ScoredRun& run : scope.runs) {
    for (const EndpointTruth& truth : run.truth.endpoints) {
      Samples& samples = endpoints[truth.name];
      const auto profile = run.profile.endpoints.find(truth.name);
      if (profile == run.profile.endpoints.end()) continue;
      add_functions(profile->second, expression, samples);
    }
  }
  return endpoints;
}

void judge_absence(const AbsenceRule& rule, const Samples& samples, AssertionRow& row) {
  if (rule.max_share_percent <= 0) {
    row.verdict = row.found > 0 ? Verdict::kFail : Verdict::kPass;
  } else {
    // By the scatter that a share just at the limit would have.
    const double limit = rule.max_share_percent / 100;
    const double half = 1.96 * sampling_limit(limit, samples.all);
    const double share = samples.all > 0 ? samples.found / samples.all : 0;
    row.verdict = Verdict::kInconclusive;
    if (share + half <= limit) row.verdict = Verdict::kPass;
    if (share - half > limit) row.verdict = Verdict::kFail;
    if (row.verdict == Verdict::kInconclusive) row.reason = "too few samples for this share";
  }
  if (row.verdict == Verdict::kFail) row.reason = "such as " + samples.example;
  if (row.verdict != Verdict::kPass) return;
  if (row.evidence < static_cast<double>(rule.evidence)) {
    row.verdict = Verdict::kInconclusive;
    row.reason =
        row.evidence == 0
            ? "no endpoint of this scenario ran such a function: the pattern proves nothing"
            : fmt::format("{:.0f} samples of it in the scenario, a pass takes {}", row.evidence,
                          rule.evidence);
  }
}

AssertionRow row_of(const Scope& scope, const Rule& rule, std::string_view kind) {
  AssertionRow row;
  row.scenario = scope.scenario;
  row.profiler = scope.profiler;
  row.kind = kind;
  row.gate = {rule.place, rule.gates};
  return row;
}

void score_absence(const Scope& scope, const AbsenceRule& rule, std::vector<AssertionRow>& rows) {
  const std::map<std::string, Samples> endpoints = samples_by_endpoint(scope, *rule.expression);
  double everywhere = 0;
  for (const auto& [name, samples] : endpoints) everywhere += samples.found;
  for (const auto& [name, samples] : endpoints) {
    if (!rule.rows.matches(scope.scenario, name, "")) continue;
    AssertionRow row = row_of(scope, rule, "absence");
    row.endpoint = name;
    row.pattern = rule.function;
    row.found = samples.found;
    if (samples.all > 0) row.found_pct = 100 * samples.found / samples.all;
    row.limit = rule.max_share_percent;
    row.evidence = everywhere;
    judge_absence(rule, samples, row);
    rows.push_back(std::move(row));
  }
}

void score_losses(const Scope& scope, const LossRule& rule, std::vector<AssertionRow>& rows) {
  if (!rule.rows.matches(scope.scenario, "", rule.rows.what)) return;
  AssertionRow row = row_of(scope, rule, "losses");
  row.pattern = rule.rows.what.empty() ? "*" : rule.rows.what;
  row.limit = static_cast<double>(rule.at_most);
  row.evidence = static_cast<double>(scope.runs.size());
  std::set<std::string> causes;
  std::string example;
  for (const ScoredRun& run : scope.runs) {
    for (const auto& [cause, count] : run.row.losses) {
      if (!matches_pattern(row.pattern, cause)) continue;
      causes.insert(cause);
      row.found += static_cast<double>(count);
      if (count > 0) example = cause;
    }
  }
  if (causes.empty()) {
    row.reason = "the profiler counts no loss of that name: the pattern proves nothing";
  } else {
    row.verdict = row.found > row.limit ? Verdict::kFail : Verdict::kPass;
    if (row.verdict == Verdict::kFail) row.reason = "such as " + example;
  }
  rows.push_back(std::move(row));
}

}  // namespace

std::vector<AssertionRow> score_assertions(const Scope& scope) {
  std::vector<AssertionRow> rows;
  for (const AbsenceRule& rule : scope.gate.never) score_absence(scope, rule, rows);
  for (const LossRule& rule : scope.gate.losses) score_losses(scope, rule, rows);
  return rows;
}

}  // namespace plumbline::harness

#include "harness/comparison/comparison.h"

#include <fmt/format.h>

#include <array>

#include "harness/comparison/row_pairs.h"
#include "harness/scoring/gate.h"
#include "harness/statistics/benjamini_hochberg.h"

namespace plumbline::harness {
namespace {

void adjust(std::vector<ComparedRow>& rows) {
  std::vector<double> p_values;
  for (const ComparedRow& row : rows) {
    if (row.p_value) p_values.push_back(*row.p_value);
  }
  const std::vector<double> adjusted = false_discovery_adjusted(p_values);
  auto next = adjusted.begin();
  for (ComparedRow& row : rows) {
    if (row.p_value) row.q_value = *next++;
  }
}

void judge(const ComparisonOptions& options, ComparedRow& row) {
  if (!row.q_value) return;
  if (*row.q_value <= options.false_discovery_rate) {
    row.outcome = row.change > 0 ? Change::kWorse : Change::kBetter;
  } else if (row.ci95->hi <= row.tolerance) {
    row.outcome = Change::kSame;
  } else {
    row.outcome = Change::kUndecided;
    row.reason = "it scatters too much to exclude a whole tolerance: more runs";
  }
}

// What informs, or proves nothing, keeps no answer back.
bool hinders(const ComparedRow& row) {
  if (row.outcome != Change::kUndecided || row.kind == RowKind::kFunction) return false;
  return row.verdict_a != Verdict::kVacuous || row.verdict_b != Verdict::kVacuous;
}

void count(const ComparedRow& row, Comparison& comparison) {
  switch (row.outcome) {
    case Change::kWorse:
      ++comparison.worse;
      return;
    case Change::kBetter:
      ++comparison.better;
      return;
    case Change::kSame:
      ++comparison.same;
      return;
    case Change::kUndecided:
      ++comparison.undecided;
      return;
  }
}

void decide(const ComparisonOptions& options, Comparison& comparison) {
  std::int64_t hindering = 0;
  for (const ComparedRow& row : comparison.rows) {
    count(row, comparison);
    hindering += hinders(row) ? 1 : 0;
  }
  const std::size_t gone = options.missing_allowed ? 0 : comparison.only_in_a.size();
  comparison.exit_code = kExitInconclusive;
  if (comparison.worse > 0) {
    comparison.exit_code = kExitGateFailed;
    comparison.reason =
        fmt::format("{} of {} rows are worse", comparison.worse, comparison.rows.size());
  } else if (comparison.rows.empty()) {
    comparison.reason = "undecided: the two have no row in common";
  } else if (hindering > 0) {
    comparison.reason = fmt::format("undecided: {} of {} rows", hindering, comparison.rows.size());
  } else if (gone > 0) {
    comparison.reason = fmt::format("undecided: {} rows are in the first only", gone);
  } else {
    comparison.exit_code = kExitOk;
    comparison.reason = fmt::format("none of {} rows is worse", comparison.rows.size());
  }
}

}  // namespace

std::string_view name_of(Change change) {
  constexpr std::array<std::string_view, 4> kNames = {"worse", "better", "same", "undecided"};
  return kNames[static_cast<std::size_t>(change)];
}

std::string_view name_of(RowKind kind) {
  constexpr std::array<std::string_view, 4> kNames = {"cell", "function", "links", "conservation"};
  return kNames[static_cast<std::size_t>(kind)];
}

Comparison compare_results(const Results& a, const Results& b, const ComparisonOptions& options) {
  RowPairs pairs = pair_rows(a, b, options.least_change);
  Comparison comparison;
  comparison.rows = std::move(pairs.rows);
  comparison.only_in_a = std::move(pairs.only_in_a);
  comparison.only_in_b = std::move(pairs.only_in_b);
  adjust(comparison.rows);
  for (ComparedRow& row : comparison.rows) judge(options, row);
  decide(options, comparison);
  return comparison;
}

}  // namespace plumbline::harness

// Two results against each other: what got worse, what better, and how sure that is.
//
// Called by `plumbline compare`. The figure of a row is its distance from the truth: less is
// better, whatever its sign. A cell is compared by its runs (Welch's t test), a function's
// share by its sampling limit. Links and conservation have no runs of their own and are compared by
// their limits.
// Worse, or better, is what changed by more than a share of the tolerance (`least_change`), tested
// as such, the false discovery rate kept over all rows (Benjamini-Hochberg). A row is the same when
// it did not, and a change for the worse by a whole tolerance can be excluded; else undecided.
// Whether the machines are alike is for the caller to ask (results/fingerprint.h).
// Thread rule: pure functions. Failure: none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/results/results.h"

namespace plumbline::harness {

enum class Change { kWorse, kBetter, kSame, kUndecided };

std::string_view name_of(Change change);

enum class RowKind { kCell, kFunction, kLinks, kConservation };

std::string_view name_of(RowKind kind);

struct ComparedRow {
  RowKind kind = RowKind::kCell;
  std::string scenario, profiler, endpoint;
  std::string figure;                 // category, function, or field
  std::string_view unit;              // of what follows: "ns", "points", "%"
  double a = 0, b = 0;                // mean distances from the truth
  double change = 0;                  // b - a: positive is worse
  std::optional<Interval> ci95;       // of the change; none: there are no repeats
  std::optional<double> p_value;      // that it changed by more than the least change
  std::optional<double> q_value;      // the same, adjusted for all rows
  std::optional<double> effect_size;  // Hedges' g; none: nothing scatters
  double tolerance = 0;
  std::int64_t runs_a = 0, runs_b = 0;
  Verdict verdict_a = Verdict::kPass, verdict_b = Verdict::kPass;
  Change outcome = Change::kUndecided;
  std::string reason;  // of what is undecided
};

struct ComparisonOptions {
  double false_discovery_rate = 0.05;
  double least_change = 0.1;     // of the tolerance
  bool missing_allowed = false;  // rows that are in the first only do not matter
};

struct Comparison {
  std::vector<ComparedRow> rows;                  // in the order of b
  std::vector<std::string> only_in_a, only_in_b;  // "cell of standard, plumbline: GET /a cpu"
  std::int64_t worse = 0, better = 0, same = 0, undecided = 0;
  int exit_code = 0;  // 0 nothing is worse, 1 something is, 3 it cannot be told
  std::string reason;
};

Comparison compare_results(const Results& a, const Results& b, const ComparisonOptions& options);

}  // namespace plumbline::harness

#include "harness/scoring/gate.h"

#include <fmt/format.h>

#include <algorithm>

namespace plumbline::harness {
namespace {

// Rows that inform have a verdict, which decides nothing.
template <typename Row>
bool decides(const Row& row) {
  return row.gate.gates;
}
bool decides(const OracleRow&) { return true; }
bool decides(const OverheadRow& row) { return row.limit.has_value(); }
// Too few samples are the usual case, and no reason to say that nothing is known.
bool decides(const FunctionRow& row) {
  return row.gate.gates && row.verdict != Verdict::kInconclusive;
}

void count(Verdict verdict, Summary& summary) {
  switch (verdict) {
    case Verdict::kPass:
      ++summary.pass;
      return;
    case Verdict::kFail:
      ++summary.fail;
      return;
    case Verdict::kInconclusive:
      ++summary.inconclusive;
      return;
    case Verdict::kVacuous:
      ++summary.vacuous;
      return;
    case Verdict::kSkipped:
      ++summary.skipped;
      return;
    case Verdict::kNotOffered:
      return;
  }
}

// The profilers that were to be judged and could not.
std::string failures(const Results& results) {
  std::string text;
  for (const ProfilerRow& row : results.profilers) {
    if (row.state != ProfilerState::kFailed) continue;
    text += fmt::format("{}{} failed: {}", text.empty() ? "" : "; ", row.profiler, row.reason);
  }
  return text;
}

// Whether a profiler has a row that could speak for it; the ledger's speak for the truth alone.
bool anything_offered(const Results& results) {
  const auto offered = [](const auto& row) {
    return row.profiler != kLedger && row.verdict != Verdict::kNotOffered;
  };
  return std::ranges::any_of(results.cells, offered) ||
         std::ranges::any_of(results.links, offered) ||
         std::ranges::any_of(results.conservation, offered) || !results.oracle.empty() ||
         !results.overhead.empty();
}

// Why nothing was judged.
std::string nothing_judged(const Results& results) {
  const bool all_missing = !results.profilers.empty() &&
                           std::ranges::all_of(results.profilers, [](const ProfilerRow& row) {
                             return row.state == ProfilerState::kMissing;
                           });
  if (all_missing) return "no profiler that was asked for is on this machine";
  return anything_offered(results) ? "everything was skipped"
                                   : "nothing was judged: the profiler offers none of what gates";
}

void decide(const Results& results, const std::string& unfit, bool has_curves, Summary& summary) {
  if (summary.fail > 0) {
    summary.exit_code = kExitGateFailed;
    summary.reason = fmt::format("gate failed: {} of {} judged rows", summary.fail,
                                 summary.pass + summary.fail + summary.inconclusive);
  } else if (!unfit.empty()) {
    summary.exit_code = kExitInconclusive;
    summary.reason = unfit;
  } else if (const std::string failed = failures(results); !failed.empty()) {
    summary.exit_code = kExitInconclusive;
    summary.reason = "inconclusive: " + failed;
  } else if (summary.inconclusive > 0) {
    summary.exit_code = kExitInconclusive;
    summary.reason = fmt::format("inconclusive: {} rows; more repeats or a quieter machine",
                                 summary.inconclusive);
  } else if (summary.pass > 0) {
    summary.exit_code = kExitOk;
    summary.reason = "every judged row is within its tolerance";
  } else if (summary.vacuous > 0) {
    summary.exit_code = kExitInconclusive;
    summary.reason = "inconclusive: no tolerance was tight enough to prove anything";
  } else if (has_curves) {
    summary.exit_code = kExitOk;
    summary.reason = "only curves and costs were asked for: they have no verdict";
  } else {
    summary.exit_code = kExitSkipped;
    summary.reason = nothing_judged(results);
  }
}

// A curve of which at least one point could be judged.
bool is_curve(const SweepRow& row) {
  return std::ranges::any_of(
      row.points, [](const SweepPointRow& point) { return point.error_pct.has_value(); });
}

}  // namespace

std::string_view headline(int exit_code) {
  switch (exit_code) {
    case kExitOk:
      return "PASS";
    case kExitGateFailed:
      return "FAIL";
    case kExitSkipped:
      return "SKIPPED";
    default:
      return "INCONCLUSIVE";
  }
}

Summary summarize(const Results& results, const std::string& unfit) {
  Summary summary;
  for (const RunRow& run : results.runs) {
    summary.invalid_runs += run.machine == MachineVerdict::kInvalid ? 1 : 0;
  }
  const auto count_all = [&](const auto& rows) {
    for (const auto& row : rows) {
      if (decides(row)) count(row.verdict, summary);
    }
  };
  count_all(results.cells);
  count_all(results.functions);
  count_all(results.links);
  count_all(results.conservation);
  count_all(results.oracle);
  count_all(results.overhead);
  count_all(results.assertions);
  if (!anything_offered(results)) summary.pass = 0;
  const bool has_curves =
      std::ranges::any_of(results.sweeps, is_curve) || !results.overhead.empty();
  decide(results, unfit, has_curves, summary);
  if (results.gate && !results.gate->wider.empty()) {
    summary.reason += fmt::format("; the gate {} is wider than the default in {} places",
                                  results.gate->file, results.gate->wider.size());
  }
  return summary;
}

}  // namespace plumbline::harness

// The rows that decide the exit code, of whatever table, in one shape; and in which section of a
// result they stand.
//
// Used by the formats that show verdicts: Markdown and JUnit. Texts are as the result has them:
// the format makes them printable and escapes them.
// Thread rule: pure functions; sections point into the result. Failure: none.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/results/results.h"

namespace plumbline::harness::publish {

struct GatingRow {
  std::string name;  // within its section: "GET /a: socket", "links", "oracle: cpu"
  Verdict verdict = Verdict::kInconclusive;
  std::string why;      // of a verdict that is not a pass; never empty there
  std::string figures;  // on one line
  bool gates = true;    // else the row informs: it is neither red nor green
};

GatingRow gating_row(const CellRow& row);
GatingRow gating_row(const LinkRow& row);
GatingRow gating_row(const ConservationRow& row);
GatingRow gating_row(const OracleRow& row);
GatingRow gating_row(const OverheadRow& row);
GatingRow gating_row(const FunctionRow& row);
GatingRow gating_row(const AssertionRow& row);

// Most rows of functions inform, and of those that gate the undecided ones decide nothing.
inline bool is_judged(const FunctionRow& row) {
  return row.gate.gates && row.verdict != Verdict::kInconclusive;
}

// What belongs to one scenario under one profiler. The truth itself (rows of the ledger and of the
// oracle) has a section of its own, under the name of the ledger.
struct Section {
  std::string_view scenario, profiler;
  std::vector<const RunRow*> runs;
  std::vector<const CellRow*> cells;
  std::vector<const LinkRow*> links;
  std::vector<const ConservationRow*> conservation;
  std::vector<const OracleRow*> oracle;
  std::vector<const OverheadRow*> overhead;  // with a limit
  std::vector<const FunctionRow*> functions;
  std::vector<const AssertionRow*> assertions;

  template <typename Take>
  void for_each_row(const Take& take) const {
    for (const CellRow* row : cells) take(gating_row(*row));
    for (const LinkRow* row : links) take(gating_row(*row));
    for (const ConservationRow* row : conservation) take(gating_row(*row));
    for (const OracleRow* row : oracle) take(gating_row(*row));
    for (const OverheadRow* row : overhead) take(gating_row(*row));
    for (const FunctionRow* row : functions) {
      if (is_judged(*row)) take(gating_row(*row));
    }
    for (const AssertionRow* row : assertions) take(gating_row(*row));
  }
  std::size_t rows() const {
    return cells.size() + links.size() + conservation.size() + oracle.size() + overhead.size() +
           assertions.size();
  }
};

// In the order in which their first rows stand. Runs without rows (of sweeps) have no section.
std::vector<Section> sections_of(const Results& results);

// "+0.08", of nanoseconds in milliseconds; "-" for what is not a number.
std::string signed_ms(double ns);
std::string interval_ms(double lo_ns, double hi_ns);
std::string confidence_ms(const Interval& interval_ns);

}  // namespace plumbline::harness::publish

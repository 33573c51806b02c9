// From oracle runs to rows of the result: does the kernel confirm the ledger?
//
// Called once per scenario. A run whose trace has holes, or on a disturbed machine, says nothing;
// with more than 30 % of such runs no row is judged.
// Thread rule: pure. Failure: none.
#pragma once

#include <string>
#include <vector>

#include "harness/oracle/agreement.h"
#include "harness/results/results.h"
#include "harness/scoring/tolerances.h"
#include "harness/truth/machine.h"

namespace plumbline::harness::oracle {

struct OracleRun {
  Agreement agreement;
  MachineJudgement machine;

  // Empty: it counts.
  std::vector<std::string> faults() const;
};

// One row for each category that the scenario has.
std::vector<OracleRow> score_oracle(const std::string& scenario, const std::vector<OracleRun>& runs,
                                    const Tolerances& tolerances);

}  // namespace plumbline::harness::oracle

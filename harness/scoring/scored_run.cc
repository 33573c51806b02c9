#include "harness/scoring/scored_run.h"

#include <utility>

#include "harness/truth/machine.h"
#include "workloads/spec.h"

namespace plumbline::harness {
namespace {

RunConservation conservation_row(const std::optional<analysis::Conservation>& conservation) {
  if (!conservation) return {};
  return {conservation->tiling_error_ns, conservation->residual_ns, conservation->residual_abs_ns,
          conservation->double_booked_ns};
}

}  // namespace

ScoredRun score_run(RunRow row, const workloads::Ledger& ledger, Profile profile,
                    double steal_pct) {
  const workloads::Spec spec = workloads::parse_spec(ledger.spec_json, "the ledger's scenario");
  MachineReading reading = read_machine(ledger, steal_pct);
  reading.oversubscribed = spec.oversubscribed;
  MachineJudgement machine = judge_machine(reading);
  ScoredRun run;
  run.row = std::move(row);
  run.row.machine = machine.verdict;
  run.row.reasons = std::move(machine.reasons);
  run.row.losses = profile.losses;
  run.row.conservation = conservation_row(profile.conservation);
  run.closure_pct = reading.closure_pct;
  run.ledger_tiling = check_tiling(ledger);
  run.truth = truth_of(ledger, spec, profile.wait_definition);
  for (const EndpointTruth& endpoint : run.truth.endpoints) run.row.wall_ns += endpoint.wall_ns;
  if (!profile.threads.empty()) run.overlay = overlay(ledger, profile);
  profile.threads.clear();
  run.profile = std::move(profile);
  return run;
}

}  // namespace plumbline::harness

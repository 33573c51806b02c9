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

// What cannot be told apart by endpoint is compared over the whole process: the CPU of the injected
// functions, which are all that the ledger knows there.
void judge_as_whole(Truth& truth, Profile& profile) {
  truth.endpoints.push_back(whole_process(truth));
  EndpointProfile& process = profile.endpoints[std::string(kWholeProcess)];
  std::int64_t& cpu_ns = process.time.category[static_cast<std::size_t>(format::Category::kCpu)];
  cpu_ns = 0;
  process.samples = 0;
  for (const auto& [function, true_ns] : truth.endpoints.back().function_cpu_ns) {
    const auto time = process.function_cpu_ns.find(function);
    if (time != process.function_cpu_ns.end()) cpu_ns += time->second;
    const auto samples = process.function_samples.find(function);
    if (samples != process.function_samples.end()) process.samples += samples->second;
  }
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
  if (!profile.claims.endpoints) judge_as_whole(run.truth, profile);
  if (profile.claims.spans && !profile.threads.empty()) run.overlay = overlay(ledger, profile);
  profile.threads.clear();
  run.profile = std::move(profile);
  return run;
}

}  // namespace plumbline::harness

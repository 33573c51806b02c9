#include "harness/oracle/oracle_run.h"

#include <optional>

#include "harness/oracle/kernel_tracer.h"
#include "workloads/ledger.h"

namespace plumbline::harness::oracle {

void check_available() { KernelTracer().finish(); }

OracleRun run_under_oracle(const RunPlan& plan, const Installation& installation,
                           const Interruption& interruption) {
  std::optional<KernelTracer> tracer;
  const RunFiles files = run_workload(plan, installation, interruption, [&] { tracer.emplace(); });
  const workloads::Ledger ledger = workloads::read_ledger(files.ledger);
  OracleRun run;
  run.agreement = compare_with_ledger(tracer->finish(), ledger, Tolerances{});
  run.machine = judge_machine(read_machine(ledger, files.steal_pct));
  return run;
}

}  // namespace plumbline::harness::oracle

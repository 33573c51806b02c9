#include "harness/overhead/slice_costs.h"

#include <algorithm>

namespace plumbline::harness {
namespace {

using workloads::LedgerKind;
using workloads::LedgerRecord;

double& of(SliceCosts& costs, Measure measure) { return costs[static_cast<std::size_t>(measure)]; }

void add_wait(const LedgerRecord& record, Measure category, SliceCosts& costs) {
  of(costs, category) += static_cast<double>(record.t1_ns - record.t0_ns);
  of(costs, Measure::kWaitCpu) += static_cast<double>(record.c1_ns - record.c0_ns);
  if (record.release_ns == 0) return;  // it did not block
  const std::int64_t tail_ns = record.t1_ns - record.release_ns;
  of(costs, Measure::kWakeUp) += static_cast<double>(std::max<std::int64_t>(tail_ns, 0));
}

void add(const LedgerRecord& record, SliceCosts& costs) {
  switch (record.kind) {
    case LedgerKind::kCpu:
      of(costs, Measure::kCpu) += static_cast<double>(record.c1_ns - record.c0_ns);
      return;
    case LedgerKind::kLock:
      return add_wait(record, Measure::kLock, costs);
    case LedgerKind::kFile:
      return add_wait(record, Measure::kFile, costs);
    case LedgerKind::kSocket:
      return add_wait(record, Measure::kSocket, costs);
    case LedgerKind::kSpan:
      if (record.step != 0) return;  // a part of its request
      of(costs, Measure::kWall) += static_cast<double>(record.t1_ns - record.t0_ns);
      return;
    case LedgerKind::kSync:
    case LedgerKind::kSetup:
    case LedgerKind::kOther:
    case LedgerKind::kStretch:
      return;
  }
}

}  // namespace

SliceCosts slice_costs(const workloads::Ledger& ledger) {
  SliceCosts costs{};
  for (const workloads::LedgerThread& thread : ledger.threads) {
    of(costs, Measure::kThreadCpu) += static_cast<double>(thread.cpu_ns);
    of(costs, Measure::kRunQueue) += static_cast<double>(thread.run_delay_ns);
    for (const LedgerRecord& record : thread.records) add(record, costs);
  }
  return costs;
}

}  // namespace plumbline::harness

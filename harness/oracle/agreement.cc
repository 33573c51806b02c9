#include "harness/oracle/agreement.h"

#include <algorithm>
#include <cstdlib>
#include <map>

#include "harness/oracle/blocking_calls.h"
#include "harness/oracle/descriptor_history.h"
#include "harness/oracle/thread_history.h"
#include "harness/truth/truth.h"

namespace plumbline::harness::oracle {
namespace {

using format::Category;
using workloads::LedgerKind;
using workloads::LedgerRecord;

class ThreadComparison {
 public:
  ThreadComparison(const ThreadHistory& history, const DescriptorHistory& descriptors,
                   const Tolerances& tolerances, Agreement& agreement)
      : history_(history),
        descriptors_(descriptors),
        tolerances_(tolerances),
        agreement_(agreement) {}

  void add(const LedgerRecord& record) {
    if (record.kind == LedgerKind::kSetup) return;
    const StateTimes times = history_.times(record.t0_ns, record.t1_ns);
    if (record.kind == LedgerKind::kSpan) {
      if (record.step == 0 && record.detail >= 0) add_run_queue(record, times);
    } else if (record.kind == LedgerKind::kCpu) {
      const std::int64_t cpu_ns = record.c1_ns - record.c0_ns;
      add_segment(Category::kCpu, {cpu_ns, cpu_ns}, {times.running_ns, times.running_ns},
                  tolerances_.oracle_cpu_pct / 100 * static_cast<double>(cpu_ns));
    } else {
      const Category category = category_of(record.kind);
      const WaitTruth truth = wait_truth(record, WaitDefinition::kExcludesRunQueue);
      add_segment(category, {truth.lo_ns, truth.hi_ns},
                  {times.blocked_ns, times.blocked_ns + times.waking_ns}, allowed_ns(record));
      add_blocks(category, record);
    }
  }

 private:
  void add_segment(Category category, const Range& ledger, const Range& kernel, double allowed_ns) {
    CategoryAgreement& row = agreement_.of(category);
    ++row.segments;
    row.inside += static_cast<double>(std::abs(ledger.distance_to(kernel))) <= allowed_ns ? 1 : 0;
    row.ledger += ledger;
    row.kernel += kernel;
  }

  // Each return to the CPU is one more place where the kernel's clocks and its events differ.
  double allowed_ns(const LedgerRecord& record) const {
    const std::int64_t returns = history_.switches_in(record.t0_ns, record.t1_ns);
    return 1e3 * tolerances_.oracle_edge_us *
           static_cast<double>(std::max<std::int64_t>(1, returns));
  }

  void add_run_queue(const LedgerRecord& record, const StateTimes& times) {
    const auto blocks = static_cast<double>(history_.blocks(record.t0_ns, record.t1_ns));
    const auto run_queue_ns = static_cast<double>(record.detail);
    const double allowed_ns =
        category_tolerance_ns(tolerances_, Category::kRunQueue,
                              {.truth_ns = std::max(1.0, run_queue_ns), .waits = blocks});
    add_segment(Category::kRunQueue, {record.detail, record.detail},
                {times.queued_ns, times.queued_ns}, allowed_ns);
  }

  void add_blocks(Category category, const LedgerRecord& record) {
    CategoryAgreement& row = agreement_.of(category);
    for (auto stretch = history_.at(record.t0_ns);
         stretch != history_.stretches.end() && stretch->begin_ns < record.t1_ns; ++stretch) {
      if (stretch->state != ThreadState::kBlocked) continue;
      ++row.blocks;
      const DescriptorKind kind = takes_descriptor(stretch->call)
                                      ? descriptors_.kind(stretch->argument, stretch->begin_ns)
                                      : DescriptorKind::kUnknown;
      if (!may_block(category, stretch->call, kind)) {
        ++row.misplaced[place_text(stretch->call, kind)];
      }
    }
  }

  const ThreadHistory& history_;
  const DescriptorHistory& descriptors_;
  const Tolerances& tolerances_;
  Agreement& agreement_;
};

void add_counts(const Counts& more, Counts& counts) {
  for (const auto& [what, count] : more) counts[what] += count;
}

// The kernel counts the switches that a thread asked for; each of them is a block.
void check_switches(const workloads::LedgerThread& thread, const ThreadHistory& history,
                    Agreement& agreement) {
  const std::int64_t blocks = history.blocks(thread.begin_ns, thread.end_ns);
  agreement.voluntary_switches += thread.voluntary_switches;
  const std::int64_t missing = std::abs(thread.voluntary_switches - blocks);
  if (missing != 0) agreement.holes["voluntary switches without their block"] += missing;
}

}  // namespace

Range& Range::operator+=(const Range& more) {
  lo_ns += more.lo_ns;
  hi_ns += more.hi_ns;
  return *this;
}

std::int64_t Range::distance_to(const Range& kernel) const {
  if (kernel.lo_ns > hi_ns) return kernel.lo_ns - hi_ns;
  return kernel.hi_ns < lo_ns ? kernel.hi_ns - lo_ns : 0;
}

CategoryAgreement& CategoryAgreement::operator+=(const CategoryAgreement& more) {
  segments += more.segments;
  inside += more.inside;
  ledger += more.ledger;
  kernel += more.kernel;
  blocks += more.blocks;
  add_counts(more.misplaced, misplaced);
  return *this;
}

Agreement compare_with_ledger(const KernelTrace& trace, const workloads::Ledger& ledger,
                              const Tolerances& tolerances) {
  Agreement agreement;
  agreement.holes = trace.losses;
  const std::map<std::int32_t, ThreadHistory> histories = thread_histories(trace);
  std::map<std::int32_t, DescriptorHistory> descriptors;  // by process
  for (const workloads::LedgerThread& thread : ledger.threads) {
    const auto found = histories.find(thread.tid);
    if (found == histories.end()) {
      ++agreement.holes["threads of the ledger that were never seen"];
      continue;
    }
    const ThreadHistory& history = found->second;
    add_counts(history.holes, agreement.holes);
    check_switches(thread, history, agreement);
    const auto table = descriptors.try_emplace(history.process, trace, history.process).first;
    ThreadComparison comparison(history, table->second, tolerances, agreement);
    for (const LedgerRecord& record : thread.records) comparison.add(record);
  }
  return agreement;
}

}  // namespace plumbline::harness::oracle

// Whether a run's ledger says of its threads what the kernel says.
//
// Each segment of the ledger is laid over the thread's history; sums per category. Called once
// per oracle run. Thread rule: pure. Failure: none; what makes the trace unusable is in `holes`.
#pragma once

#include <array>
#include <cstdint>

#include "harness/oracle/kernel_event.h"
#include "harness/scoring/tolerances.h"
#include "profiler/format/category.h"
#include "workloads/ledger.h"

namespace plumbline::harness::oracle {

// Both sides know a wait as an interval: the ledger from the partner's release to the return, the
// kernel from the beginning to the end of the wake-up. They agree where the two meet.
struct Range {
  std::int64_t lo_ns = 0, hi_ns = 0;

  Range& operator+=(const Range& more);
  // By how much `kernel` lies above (or below) this one; 0 when they meet.
  std::int64_t distance_to(const Range& kernel) const;
};

struct CategoryAgreement {
  std::int64_t segments = 0;
  std::int64_t inside = 0;  // of them, where ledger and kernel agree
  Range ledger, kernel;     // sums
  std::int64_t blocks = 0;
  Counts misplaced;  // blocks by the call that they should not have been in

  CategoryAgreement& operator+=(const CategoryAgreement& more);
};

struct Agreement {
  std::array<CategoryAgreement, format::kCategoryCount> categories{};  // kRunQueue: root spans
  std::int64_t voluntary_switches = 0;  // of the ledger's threads, by the kernel's own count
  Counts holes;                         // empty: the trace is whole

  CategoryAgreement& of(format::Category category) {
    return categories[static_cast<std::size_t>(category)];
  }
};

Agreement compare_with_ledger(const KernelTrace& trace, const workloads::Ledger& ledger,
                              const Tolerances& tolerances);

}  // namespace plumbline::harness::oracle

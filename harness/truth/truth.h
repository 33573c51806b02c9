// What a run truly cost, per endpoint and category, derived from its ledger alone.
//
// Called once per run by the experiment and by the tests; knows no profiler. A wait's truth is an
// interval: it certainly lasted until the partner released it (lo) and certainly not longer than
// the call (hi); in between the thread was being woken.
// Thread rule: pure functions. Failure: io::InputError when a record does not fit the scenario.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "profiler/format/category.h"
#include "workloads/ledger.h"
#include "workloads/spec.h"

namespace plumbline::harness {

inline constexpr std::array<format::Category, 5> kWaitCategories = {
    format::Category::kLock, format::Category::kSync, format::Category::kFile,
    format::Category::kSocket, format::Category::kOther};

// What a profiler calls a wait. One that books run-queue time as a category of its own is held to
// that wherever the ledger recorded the run queue of each wait (--ledger full).
enum class WaitDefinition { kEither, kExcludesRunQueue };

struct WaitTruth {
  std::int64_t lo_ns = 0, hi_ns = 0;
};

// Of a record of kind kLock, kSync, kFile, kSocket or kOther. Neither end is negative; lo <= hi.
WaitTruth wait_truth(const workloads::LedgerRecord& record, WaitDefinition definition);

// The category that an injected cost of this kind belongs to; kOther for spans, stretches, set-up.
format::Category category_of(workloads::LedgerKind kind);

struct CategoryTruth {
  std::int64_t lo_ns = 0, hi_ns = 0;
  std::int64_t unblocked_hi_ns = 0;  // of hi, what lies in waits that did not block
  std::int64_t blocked_waits = 0;
  bool run_queue_known = true;  // of each of these waits
  bool injected = false;        // the scenario has steps of it, whether or not they could run here
  bool could_run = false;       // some of them could
};

struct EndpointTruth {
  std::string name;
  std::int64_t requests = 0;
  std::int64_t wall_ns = 0;    // of its root spans
  std::int64_t placed_ns = 0;  // of its stretches on threads, and of what it was on none
  std::int64_t edges = 0;  // ends of its spans and segments: where a profiler's clocks may differ
  std::array<CategoryTruth, format::kCategoryCount> categories{};
  std::map<std::string, std::int64_t> function_cpu_ns;  // of its cpu steps, by function

  CategoryTruth& of(format::Category category);
  const CategoryTruth& of(format::Category category) const;
  std::int64_t blocked_waits() const;  // over all categories
  // Of placed time, what was neither CPU nor run queue nor blocked, by the ledger's own clocks:
  // what the host took, stops. Not negative.
  std::int64_t unaccounted_ns() const;
};

struct Truth {
  std::vector<EndpointTruth> endpoints;             // as in the scenario
  std::map<format::Category, std::string> skipped;  // could not be injected here, and why
  // All CPU is burnt by iterations, none by the clock: what takes longer was slowed down.
  bool work_is_fixed = false;
};

// Stands for the endpoint in rows of a profiler that cannot say whose time it saw.
inline constexpr std::string_view kWholeProcess = "(whole process)";

// The CPU of all injected functions, which is all that is known of a process without its spans: its
// start and its partners' threads have no ledger. Waits are not in it.
EndpointTruth whole_process(const Truth& truth);

Truth truth_of(const workloads::Ledger& ledger, const workloads::Spec& spec,
               WaitDefinition definition);

}  // namespace plumbline::harness

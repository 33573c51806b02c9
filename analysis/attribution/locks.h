// Locks: who waited for which, for how long, and who held it meanwhile.
//
// Used by `plumbline locks`. A row is one lock: an address and the waits of category lock there.
// All rows together are the lock category of the recording, to the nanosecond. An address that was
// freed and taken again is one row.
// Thread rule: pure. Failure: none; where the recording does not tell the holder, that is counted.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/attribution/lock_holders.h"
#include "analysis/attribution/selected_time.h"
#include "analysis/attribution/span_forest.h"

namespace plumbline::analysis {

// Threads that waited, or that held, by what they were at: spans of one name in one endpoint.
struct LockParty {
  bool known = true;            // of a holder: the recording tells the thread
  Index endpoint = kNone;       // row of names; kNone: outside every span
  Index span_name = kNone;      // of the innermost span
  std::uint64_t threads = 0;    // different ones
  std::uint64_t waits = 0;      // by them, or for them
  std::int64_t blocked_ns = 0;  // of these waits
};

struct LockRow {
  std::uint64_t object = 0;
  format::Operation operation = format::Operation::kUnknown;  // of the first wait
  std::uint64_t waits = 0;
  std::uint64_t waiting_threads = 0;
  std::int64_t blocked_ns = 0;  // category lock of the waits
  TimeColumns ns{};             // all of the waits: with CPU and run queue inside the calls
  Index longest_wait = kNone;   // row of WaitTable
  std::vector<LockParty> waiters, holders;  // most blocked time first
  std::vector<KeyTime> waited;              // by the stack of the wait; sums to `ns`
  HolderTime held;                          // what the holders did meanwhile
};

struct LockTable {
  std::vector<LockRow> rows;    // most blocked time first
  std::int64_t blocked_ns = 0;  // of all rows
  std::int64_t lock_ns = 0;     // the category, over all threads: the same, or something is lost
};

LockTable locks_of(const Recording& recording, const Partition& partition,
                   const SpanForest& forest);

}  // namespace plumbline::analysis

// Whether a ledger adds up: no thread can do two things at once.
//
// A ledger that books time twice (a doubled one, say) is at fault itself: the conservation table
// fails it, and the judge of the machine must not see its excess as a disturbance. So both ask
// here which part of each record is new.
// Thread rule: pure functions. Failure: none.
#pragma once

#include <cstdint>
#include <vector>

#include "workloads/ledger.h"

namespace plumbline::harness {

// A record, and how much of it no earlier record of the same kind and thread covers.
struct PlacedRecord {
  const workloads::LedgerRecord* record = nullptr;
  std::int32_t tid = 0;
  std::int64_t fresh_ns = 0;  // at most t1 - t0

  std::int64_t length_ns() const { return record->t1_ns - record->t0_ns; }
  double fresh_share() const;  // 1 for a record of no length
};

// A span whose time on threads is told by stretches, since it is not one thread's from end to end.
bool is_split_span(const workloads::LedgerRecord& record);

// One thread's uninterrupted part in a request: a root span that is all one thread's, or a stretch.
bool is_activation(const workloads::LedgerRecord& record);

// By thread (tid), then by start. Segments include the workload's own waits between requests.
std::vector<PlacedRecord> placed_segments(const workloads::Ledger& ledger);
std::vector<PlacedRecord> placed_activations(const workloads::Ledger& ledger);

struct LedgerTiling {
  std::int64_t overlap_ns = 0;       // booked twice by segments or by activations of one thread
  std::int64_t tiling_error_ns = 0;  // segments outside their activation, records outside threads
};

LedgerTiling check_tiling(const workloads::Ledger& ledger);

}  // namespace plumbline::harness

#include "harness/truth/ledger_tiling.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace plumbline::harness {
namespace {

using workloads::Ledger;
using workloads::LedgerKind;
using workloads::LedgerRecord;

bool is_segment(const LedgerRecord& record) {
  return record.kind != LedgerKind::kSpan && record.kind != LedgerKind::kStretch;
}

// A tid may stand in several threads of the ledger: one after the other when the kernel reused
// it, at the same time when the ledger is doubled. So the tid decides, not the block.
std::vector<PlacedRecord> place(const Ledger& ledger, bool (*wanted)(const LedgerRecord&)) {
  std::vector<PlacedRecord> placed;
  for (const workloads::LedgerThread& thread : ledger.threads) {
    for (const LedgerRecord& record : thread.records) {
      if (wanted(record)) placed.push_back({&record, thread.tid, 0});
    }
  }
  std::sort(placed.begin(), placed.end(), [](const PlacedRecord& a, const PlacedRecord& b) {
    return std::tie(a.tid, a.record->t0_ns, a.record->t1_ns) <
           std::tie(b.tid, b.record->t0_ns, b.record->t1_ns);
  });
  std::map<std::int32_t, std::int64_t> covered_until;
  for (PlacedRecord& item : placed) {
    std::int64_t& until = covered_until.try_emplace(item.tid, item.record->t0_ns).first->second;
    const std::int64_t from = std::max(until, item.record->t0_ns);
    item.fresh_ns = std::max<std::int64_t>(0, item.record->t1_ns - from);
    until = std::max(until, item.record->t1_ns);
  }
  return placed;
}

std::int64_t overlap_of(const std::vector<PlacedRecord>& placed) {
  std::int64_t overlap_ns = 0;
  for (const PlacedRecord& item : placed) {
    overlap_ns += std::max<std::int64_t>(0, item.length_ns() - item.fresh_ns);
  }
  return overlap_ns;
}

std::int64_t outside(const LedgerRecord& record, std::int64_t begin_ns, std::int64_t end_ns) {
  return std::max<std::int64_t>(0, begin_ns - record.t0_ns) +
         std::max<std::int64_t>(0, record.t1_ns - end_ns) +
         std::max<std::int64_t>(0, record.t0_ns - record.t1_ns);
}

// Records stand in the order in which they ended: the segments of an activation before it. A split
// span may have begun on another thread, before this one did.
std::int64_t tiling_error_of(const workloads::LedgerThread& thread) {
  std::int64_t error_ns = 0;
  std::vector<const LedgerRecord*> open;  // segments whose activation is still to come
  for (const LedgerRecord& record : thread.records) {
    if (is_split_span(record)) continue;
    error_ns += outside(record, thread.begin_ns, thread.end_ns);
    if (is_activation(record)) {
      for (const LedgerRecord* segment : open) {
        if (segment->request != record.request) continue;
        error_ns += outside(*segment, record.t0_ns, record.t1_ns);
      }
      open.clear();
    } else if (is_segment(record) && record.kind != LedgerKind::kSetup) {
      open.push_back(&record);
    }
  }
  return error_ns;
}

}  // namespace

double PlacedRecord::fresh_share() const {
  return length_ns() > 0 ? static_cast<double>(fresh_ns) / static_cast<double>(length_ns()) : 1;
}

bool is_split_span(const LedgerRecord& record) {
  return record.kind == LedgerKind::kSpan && record.c0_ns == 0 && record.c1_ns == 0;
}

bool is_activation(const LedgerRecord& record) {
  if (record.kind == LedgerKind::kStretch) return true;
  return record.kind == LedgerKind::kSpan && record.step == 0 && !is_split_span(record);
}

std::vector<PlacedRecord> placed_segments(const Ledger& ledger) {
  return place(ledger, is_segment);
}

std::vector<PlacedRecord> placed_activations(const Ledger& ledger) {
  return place(ledger, is_activation);
}

LedgerTiling check_tiling(const Ledger& ledger) {
  LedgerTiling tiling;
  tiling.overlap_ns = overlap_of(placed_segments(ledger)) + overlap_of(placed_activations(ledger));
  for (const workloads::LedgerThread& thread : ledger.threads) {
    tiling.tiling_error_ns += tiling_error_of(thread);
  }
  return tiling;
}

}  // namespace plumbline::harness

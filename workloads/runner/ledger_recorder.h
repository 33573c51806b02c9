// Where a worker puts its truth records while it runs: memory that was made and touched before.
//
// Made by the main thread, filled by one worker, taken by the main thread afterwards.
// Thread rule: one thread at a time. An append is a store: no I/O, no lock, no allocation.
// Failure rule: std::out_of_range when more is appended than was announced (a defect here).
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "workloads/ledger.h"

namespace plumbline::workloads {

class LedgerRecorder {
 public:
  LedgerRecorder(std::size_t max_records, std::size_t max_spans)
      : records_(max_records), span_ids_(max_spans) {}

  void append(const LedgerRecord& record) { records_.at(record_count_++) = record; }

  void append_span(const LedgerRecord& record, std::uint64_t span_id) {
    span_ids_.at(span_count_++) = {span_id, static_cast<std::uint32_t>(record_count_), 0};
    append(record);
  }

  // Hands the records over; the recorder is then empty.
  void move_to(LedgerThread& thread) {
    records_.resize(record_count_);
    span_ids_.resize(span_count_);
    thread.records = std::move(records_);
    thread.span_ids = std::move(span_ids_);
  }

 private:
  std::vector<LedgerRecord> records_;
  std::vector<LedgerSpanId> span_ids_;
  std::size_t record_count_ = 0;
  std::size_t span_count_ = 0;
};

}  // namespace plumbline::workloads

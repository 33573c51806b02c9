// Lays the whole file out in memory, then writes it in one go: a ledger appears whole or not at
// all.
#include <cstddef>
#include <string>
#include <string_view>

#include "analysis/io/atomic_file.h"
#include "workloads/ledger.h"
#include "workloads/ledger_layout.h"

namespace plumbline::workloads {
namespace {

std::string_view bytes_of(const auto& plain) {
  return {reinterpret_cast<const char*>(&plain), sizeof plain};
}

template <typename Plain>
std::string_view bytes_of_rows(const std::vector<Plain>& rows) {
  return {reinterpret_cast<const char*>(rows.data()), rows.size() * sizeof(Plain)};
}

void append_header(std::string& out) {
  LedgerFileHeader header{kLedgerMagic, kLedgerVersion, 0};
  header.crc32 = ledger_crc32(bytes_of(header).substr(0, offsetof(LedgerFileHeader, crc32)));
  out += bytes_of(header);
}

void append_block(std::string& out, LedgerBlockType type, std::int32_t tid,
                  std::string_view payload) {
  LedgerBlockHeader header{type, tid, payload.size(), ledger_crc32(payload), 0};
  header.header_crc32 =
      ledger_crc32(bytes_of(header).substr(0, offsetof(LedgerBlockHeader, header_crc32)));
  out += bytes_of(header);
  out += payload;
}

void append_thread(std::string& out, const LedgerThread& thread) {
  const LedgerThreadTotals totals{thread.begin_ns, thread.end_ns, thread.cpu_ns,
                                  thread.run_delay_ns, thread.voluntary_switches};
  append_block(out, LedgerBlockType::kThread, thread.tid,
               std::string(bytes_of(totals)) + thread.name);
  append_block(out, LedgerBlockType::kRecords, thread.tid, bytes_of_rows(thread.records));
  append_block(out, LedgerBlockType::kSpanIds, thread.tid, bytes_of_rows(thread.span_ids));
}

}  // namespace

void write_ledger(const Ledger& ledger, const std::filesystem::path& file) {
  std::string out;
  append_header(out);
  append_block(out, LedgerBlockType::kSpec, 0,
               std::string(bytes_of(ledger.seed)) + ledger.spec_json);
  for (const std::string& reason : ledger.skipped) {
    append_block(out, LedgerBlockType::kSkipped, 0, reason);
  }
  for (const LedgerThread& thread : ledger.threads) append_thread(out, thread);
  append_block(out, LedgerBlockType::kEnd, 0, {});
  io::write_file_atomically(file, out);
}

}  // namespace plumbline::workloads

// Walks the blocks in order. No length is trusted before it was compared with the bytes that are
// there, and every byte is covered by a checksum: what is returned is what was written.
#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

#include "analysis/io/error.h"
#include "analysis/io/mapped_file.h"
#include "workloads/ledger.h"
#include "workloads/ledger_layout.h"

namespace plumbline::workloads {
namespace {

template <typename Plain>
Plain plain_from(std::string_view bytes) {
  Plain plain;
  std::memcpy(&plain, bytes.data(), sizeof plain);
  return plain;
}

class LedgerReader {
 public:
  LedgerReader(const std::filesystem::path& file, std::string_view bytes)
      : file_(file), bytes_(bytes) {}

  Ledger read() {
    read_file_header();
    while (read_block()) {
    }
    if (offset_ != bytes_.size()) fail("there are bytes after the end of the ledger");
    if (!seen_spec_) fail("the ledger does not say which scenario was run");
    return std::move(ledger_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw io::damaged_file(file_, offset_, what + "; run the workload again");
  }

  // The next bytes, not yet consumed.
  std::string_view peek(std::uint64_t count) const {
    if (count > bytes_.size() - offset_) fail("the ledger is cut");
    return bytes_.substr(offset_, count);
  }

  void read_file_header() {
    const auto header = plain_from<LedgerFileHeader>(peek(sizeof(LedgerFileHeader)));
    if (header.magic != kLedgerMagic) {
      throw io::damaged_file(file_, 0, "not a ledger; expected the file that --ledger wrote");
    }
    if (header.version != kLedgerVersion) {
      throw io::damaged_file(file_, offsetof(LedgerFileHeader, version),
                             "ledger of version " + std::to_string(header.version) +
                                 "; this program reads version " + std::to_string(kLedgerVersion));
    }
    if (header.crc32 != ledger_crc32(peek(offsetof(LedgerFileHeader, crc32)))) {
      fail("the header's checksum is wrong");
    }
    offset_ += sizeof header;
  }

  // False at the end block.
  bool read_block() {
    const std::string_view header_bytes = peek(sizeof(LedgerBlockHeader));
    const auto header = plain_from<LedgerBlockHeader>(header_bytes);
    if (header.header_crc32 !=
        ledger_crc32(header_bytes.substr(0, offsetof(LedgerBlockHeader, header_crc32)))) {
      fail("a block header's checksum is wrong");
    }
    offset_ += sizeof header;
    const std::string_view payload = peek(header.payload_bytes);
    if (header.payload_crc32 != ledger_crc32(payload)) fail("a block's checksum is wrong");
    if (header.type == LedgerBlockType::kEnd) return false;
    read_payload(header, payload);
    offset_ += payload.size();
    return true;
  }

  void read_payload(const LedgerBlockHeader& header, std::string_view payload) {
    switch (header.type) {
      case LedgerBlockType::kSpec:
        return read_spec_block(payload);
      case LedgerBlockType::kSkipped:
        ledger_.skipped.emplace_back(payload);
        return;
      case LedgerBlockType::kThread:
        return read_thread(header.tid, payload);
      case LedgerBlockType::kRecords:
        return read_records(thread(header.tid), payload);
      case LedgerBlockType::kSpanIds:
        return read_span_ids(thread(header.tid), payload);
      case LedgerBlockType::kEnd:
        return;
    }
    fail("unknown block type " + std::to_string(static_cast<std::uint32_t>(header.type)));
  }

  void read_spec_block(std::string_view payload) {
    if (payload.size() < sizeof ledger_.seed) fail("the scenario block is too short");
    ledger_.seed = plain_from<std::uint64_t>(payload);
    ledger_.spec_json = payload.substr(sizeof ledger_.seed);
    seen_spec_ = true;
  }

  void read_thread(std::int32_t tid, std::string_view payload) {
    if (payload.size() < sizeof(LedgerThreadTotals)) fail("a thread block is too short");
    const auto totals = plain_from<LedgerThreadTotals>(payload);
    LedgerThread& thread = ledger_.threads.emplace_back();
    thread.tid = tid;
    thread.name = payload.substr(sizeof totals);
    thread.begin_ns = totals.begin_ns;
    thread.end_ns = totals.end_ns;
    thread.cpu_ns = totals.cpu_ns;
    thread.run_delay_ns = totals.run_delay_ns;
    thread.voluntary_switches = totals.voluntary_switches;
  }

  // The thread whose block came last: its rows follow it.
  LedgerThread& thread(std::int32_t tid) {
    if (ledger_.threads.empty() || ledger_.threads.back().tid != tid) {
      fail("rows of thread " + std::to_string(tid) + " do not follow its thread block");
    }
    return ledger_.threads.back();
  }

  template <typename Row>
  std::vector<Row> rows_from(std::string_view payload) const {
    if (payload.size() % sizeof(Row) != 0) fail("a block ends within a row");
    std::vector<Row> rows(payload.size() / sizeof(Row));
    if (!rows.empty()) std::memcpy(rows.data(), payload.data(), payload.size());
    return rows;
  }

  void read_records(LedgerThread& thread, std::string_view payload) {
    thread.records = rows_from<LedgerRecord>(payload);
    for (const LedgerRecord& record : thread.records) {
      if (record.kind > LedgerKind::kStretch) fail("a record is of an unknown kind");
    }
  }

  void read_span_ids(LedgerThread& thread, std::string_view payload) {
    thread.span_ids = rows_from<LedgerSpanId>(payload);
    for (const LedgerSpanId& id : thread.span_ids) {
      if (id.record >= thread.records.size()) fail("a span id points to no record");
    }
  }

  const std::filesystem::path& file_;
  std::string_view bytes_;
  std::uint64_t offset_ = 0;
  bool seen_spec_ = false;
  Ledger ledger_;
};

}  // namespace

Ledger read_ledger(const std::filesystem::path& file) {
  const io::MappedFile mapped(file);
  const std::span<const std::byte> bytes = mapped.bytes();
  return LedgerReader(file, {reinterpret_cast<const char*>(bytes.data()), bytes.size()}).read();
}

}  // namespace plumbline::workloads

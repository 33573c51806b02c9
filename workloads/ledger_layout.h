// The bytes of a ledger file: its header and the headers of its blocks. LEDGER.md is the grammar.
//
// Used by the writer and the reader of ledgers, and by nothing else.
// Thread rule: constants and plain data. Failure: none.
#pragma once

#include <zlib.h>

#include <array>
#include <cstdint>
#include <string_view>

namespace plumbline::workloads {

inline constexpr std::array<char, 8> kLedgerMagic = {'P', 'L', 'U', 'M', 'L', 'E', 'D', 'G'};

// Everything is little endian, as the machines are that the workloads run on.
struct LedgerFileHeader {
  std::array<char, 8> magic;
  std::uint32_t version;
  std::uint32_t crc32;  // of the twelve bytes before
};
static_assert(sizeof(LedgerFileHeader) == 16);

enum class LedgerBlockType : std::uint32_t {
  kSpec = 1,     // the seed, then the specification's text
  kSkipped = 2,  // one reason
  kThread = 3,   // LedgerThreadTotals, then the thread's name
  kRecords = 4,  // LedgerRecord...; of the thread with the same tid
  kSpanIds = 5,  // LedgerSpanId...; of the thread with the same tid
  kEnd = 6,      // empty: the file is whole
};

struct LedgerBlockHeader {
  LedgerBlockType type;
  std::int32_t tid;  // 0: of no thread
  std::uint64_t payload_bytes;
  std::uint32_t payload_crc32;
  std::uint32_t header_crc32;  // of the twenty bytes before
};
static_assert(sizeof(LedgerBlockHeader) == 24);

struct LedgerThreadTotals {
  std::int64_t begin_ns, end_ns, cpu_ns, run_delay_ns, voluntary_switches;
};
static_assert(sizeof(LedgerThreadTotals) == 40);

inline std::uint32_t ledger_crc32(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace plumbline::workloads

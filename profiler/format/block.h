// Framing of a recording: the file header and the checksummed blocks behind it.
//
// A block holds whole records of one thread (or of the process, tid 0), so that a file that was
// cut anywhere is readable up to its last whole block. Ledgers use the same framing with their
// own magic.
// Thread rule: layouts only. Signal rule: async-signal-safe. Failure: none; sizes are asserted.
#pragma once

#include <cstddef>
#include <cstdint>

#include "profiler/format/crc32c.h"

namespace plumbline::format {

inline constexpr char kRecordingMagic[8] = {'P', 'L', 'U', 'M', 'B', 'R', 'E', 'C'};
inline constexpr std::uint32_t kBlockMagic = 0x4B424C50;  // "PLBK" in the file

struct FileHeader {
  char magic[8];
  std::uint32_t version;
  std::uint32_t header_bytes;       // of this struct: blocks start here
  std::int64_t start_monotonic_ns;  // the clock of every wall_ns in the file
  std::int64_t start_realtime_ns;   // the same moment, since the epoch
  std::int64_t start_boottime_ns;   // the same moment, suspend included
  std::int32_t pid;
  std::uint32_t reserved[4];
  std::uint32_t crc32c;  // over the bytes before it
};
static_assert(sizeof(FileHeader) == 64);

struct BlockHeader {
  std::uint32_t magic;
  std::uint32_t payload_bytes;
  std::uint64_t sequence;            // 0, 1, 2, ... through the file
  std::uint32_t thread_index;        // one for each registered thread, from 1; 0: the process
  std::int32_t tid;                  // as the kernel names it; may be reused by a later thread
  std::uint32_t uncompressed_bytes;  // 0: the payload is stored as it is; else it is a zstd frame
  std::uint32_t crc32c;              // over the header bytes before it, then the payload as stored
};
static_assert(sizeof(BlockHeader) == 32);

// A reader refuses larger blocks: no writer makes them, so the length is damaged.
inline constexpr std::uint32_t kMaxBlockPayloadBytes = 64u << 20;

// What is compressed holds at most so many bytes of records: that bounds the writer's memory, and
// what a few bytes of a hostile file can make of a reader's.
inline constexpr std::uint32_t kMaxUncompressedBytes = 64u << 10;

inline std::uint32_t file_header_crc(const FileHeader& header) {
  return crc32c(0, &header, offsetof(FileHeader, crc32c));
}

inline std::uint32_t block_crc(const BlockHeader& header, const void* payload) {
  const std::uint32_t crc = crc32c(0, &header, offsetof(BlockHeader, crc32c));
  return crc32c(crc, payload, header.payload_bytes);
}

}  // namespace plumbline::format

// Any bytes as a recording: read, partition, tables. Whatever comes in, every byte of the file and
// every nanosecond of each thread must be accounted for.
//
// Checksums would stop nearly all inputs at the door. So an input whose first byte is 1 is taken as
// payloads, which get a sound file and block header each: u8 thread, u16 length, bytes. With the
// highest bit of the thread set the payload is a compressed one, of the size that its frame claims.
#include <zstd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "analysis/attribution/endpoints.h"
#include "analysis/attribution/partition.h"
#include "analysis/attribution/timeline.h"
#include "analysis/io/error.h"
#include "analysis/recording/reader.h"

namespace {

using namespace plumbline;

void append(std::vector<std::byte>& file, const void* data, std::size_t size_bytes) {
  const auto* bytes = static_cast<const std::byte*>(data);
  file.insert(file.end(), bytes, bytes + size_bytes);
}

std::uint32_t claimed_bytes(const std::uint8_t* frame, std::size_t size_bytes) {
  return static_cast<std::uint32_t>(ZSTD_getFrameContentSize(frame, size_bytes));
}

std::vector<std::byte> framed(const std::uint8_t* data, std::size_t size_bytes) {
  std::vector<std::byte> file;
  format::FileHeader header{};
  std::memcpy(header.magic, format::kRecordingMagic, sizeof header.magic);
  header.version = format::kFormatVersion;
  header.header_bytes = sizeof header;
  header.crc32c = format::file_header_crc(header);
  append(file, &header, sizeof header);
  constexpr std::size_t kPrefixBytes = 3;
  for (std::uint64_t sequence = 0; size_bytes > kPrefixBytes; ++sequence) {
    format::BlockHeader block{};
    block.magic = format::kBlockMagic;
    block.sequence = sequence;
    block.thread_index = data[0] % 4;
    const bool compressed = (data[0] & 0x80) != 0;
    const std::size_t asked = data[1] + 256u * data[2];
    data += kPrefixBytes;
    size_bytes -= kPrefixBytes;
    block.payload_bytes = static_cast<std::uint32_t>(std::min(asked, size_bytes));
    if (compressed) block.uncompressed_bytes = claimed_bytes(data, block.payload_bytes);
    block.crc32c = format::block_crc(block, data);
    append(file, &block, sizeof block);
    append(file, data, block.payload_bytes);
    data += block.payload_bytes;
    size_bytes -= block.payload_bytes;
  }
  return file;
}

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const std::vector<std::byte>& file) {
  const analysis::Recording recording = analysis::read_recording(file, "fuzz");
  const analysis::ReadReport& report = recording.report;
  require(report.read_bytes + report.dropped_bytes == file.size());
  require(report.intact == (report.dropped_bytes == 0));
  const analysis::Partition partition = analysis::partition_time(recording);
  require(partition.conservation.tiling_error_ns == 0);
  const analysis::EndpointTable endpoints = analysis::endpoints_of(recording, partition);
  require(analysis::check_totals(partition, endpoints).agree());
  const analysis::Timeline timeline(recording, partition);
  std::size_t segments = 0;
  for (analysis::Index thread = 0; thread < recording.threads.size(); ++thread) {
    segments += timeline.of_thread(thread).size();
  }
  require(segments == partition.segments.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  std::vector<std::byte> file;
  if (size_bytes > 0 && data[0] == 1) {
    file = framed(data + 1, size_bytes - 1);
  } else {
    append(file, data, size_bytes);
  }
  try {
    check(file);
  } catch (const io::InputError&) {
    // Refused with a reason: as good an answer as a table.
  }
  return 0;
}

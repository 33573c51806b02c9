#include "analysis/recording/block_reader.h"

#include <fmt/format.h>

#include <cstring>

#include "analysis/io/error.h"
#include "profiler/format/record.h"

namespace plumbline::analysis {

namespace {

bool has_recording_magic(Bytes bytes) {
  constexpr std::size_t kMagicBytes = sizeof format::kRecordingMagic;
  return bytes.size() >= kMagicBytes &&
         std::memcmp(bytes.data(), format::kRecordingMagic, kMagicBytes) == 0;
}

}  // namespace

format::FileHeader read_file_header(Bytes bytes, const std::filesystem::path& file) {
  if (bytes.empty()) throw io::InputError(file.string() + ": is empty: nothing was recorded");
  if (!has_recording_magic(bytes)) {
    throw io::damaged_file(file, 0,
                           "not a recording of Plumbline; make one with `plumbline record`");
  }
  format::FileHeader header{};
  if (bytes.size() < sizeof header) {
    throw io::damaged_file(
        file, bytes.size(),
        fmt::format("file header is cut ({} of {} bytes)", bytes.size(), sizeof header));
  }
  std::memcpy(&header, bytes.data(), sizeof header);
  // The version before the checksum: another version may put its checksum elsewhere.
  if (header.version != format::kFormatVersion) {
    throw io::damaged_file(file, offsetof(format::FileHeader, version),
                           fmt::format("format version {}; this program reads version {}",
                                       header.version, format::kFormatVersion));
  }
  if (header.crc32c != format::file_header_crc(header)) {
    throw io::damaged_file(file, offsetof(format::FileHeader, crc32c),
                           "file header checksum differs");
  }
  if (header.header_bytes != sizeof header) {
    throw io::damaged_file(file, offsetof(format::FileHeader, header_bytes),
                           fmt::format("file header of {} bytes; version {} has {}",
                                       header.header_bytes, header.version, sizeof header));
  }
  return header;
}

std::string BlockReader::fault_of(const format::BlockHeader& header, Bytes behind_header) const {
  if (header.magic != format::kBlockMagic) return "no block starts here";
  if (header.payload_bytes > format::kMaxBlockPayloadBytes) {
    return fmt::format("block of {} bytes; the limit is {}", header.payload_bytes,
                       format::kMaxBlockPayloadBytes);
  }
  if (header.payload_bytes > behind_header.size()) {
    return fmt::format("block is cut ({} of {} bytes)", behind_header.size(), header.payload_bytes);
  }
  if (header.crc32c != format::block_crc(header, behind_header.data())) {
    return "block checksum differs";
  }
  if (header.sequence != sequence_) {
    return fmt::format("block {} where block {} belongs", header.sequence, sequence_);
  }
  return {};
}

std::optional<Block> BlockReader::next() {
  const Bytes rest = bytes_.subspan(offset_);
  if (rest.empty() || !damage_.empty()) return std::nullopt;
  Block block{};
  if (rest.size() < sizeof block.header) {
    damage_ = fmt::format("block header is cut ({} of {} bytes)", rest.size(), sizeof block.header);
    return std::nullopt;
  }
  std::memcpy(&block.header, rest.data(), sizeof block.header);
  const Bytes behind_header = rest.subspan(sizeof block.header);
  damage_ = fault_of(block.header, behind_header);
  if (!damage_.empty()) return std::nullopt;
  block.payload = behind_header.first(block.header.payload_bytes);
  if (block.header.uncompressed_bytes != 0) {
    damage_ = decoder_.decode(block.payload, block.header.uncompressed_bytes);
    if (!damage_.empty()) return std::nullopt;
    block.payload = decoder_.content();
  }
  offset_ += sizeof block.header + block.header.payload_bytes;
  ++sequence_;
  return block;
}

}  // namespace plumbline::analysis

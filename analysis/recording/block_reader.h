// The framing of a recording: its header, then whole blocks until the end or the first damage.
//
// Used by reader.cc. Works on bytes in memory, so that tests and the fuzzer need no file. No
// length is trusted: a block counts only when it lies within the bytes, its checksum is right, and,
// where it is compressed, its frame holds what its header says.
// Thread rule: one thread. Failure: read_file_header throws io::InputError; next() returns
// nothing at the end and at damage, and damage() tells the two apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "analysis/recording/frame_decoder.h"
#include "profiler/format/block.h"

namespace plumbline::analysis {

using Bytes = std::span<const std::byte>;

// Throws unless `bytes` begin with the header of a recording of this version.
format::FileHeader read_file_header(Bytes bytes, const std::filesystem::path& file);

struct Block {
  format::BlockHeader header;
  Bytes payload;  // whole records; until the next block is read
};

class BlockReader {
 public:
  explicit BlockReader(Bytes file_bytes) : bytes_(file_bytes) {}

  std::optional<Block> next();

  std::uint64_t offset() const { return offset_; }       // behind the last whole block
  const std::string& damage() const { return damage_; }  // what is wrong there; empty: nothing

 private:
  std::string fault_of(const format::BlockHeader& header, Bytes behind_header) const;

  Bytes bytes_;
  std::uint64_t offset_ = sizeof(format::FileHeader);
  std::uint64_t sequence_ = 0;
  FrameDecoder decoder_;
  std::string damage_;
};

}  // namespace plumbline::analysis

// Payload of a compressed block: a zstd frame back into records.
//
// Used by block_reader. A frame may come from anyone: it gets as much room as its block header
// says, which is bounded (format::kMaxUncompressedBytes), and must fill it exactly.
// Thread rule: one thread. Failure: decode tells what is wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

struct ZSTD_DCtx_s;

namespace plumbline::analysis {

class FrameDecoder {
 public:
  // What is wrong with the frame; empty: content() is what it holds.
  std::string decode(std::span<const std::byte> frame, std::uint32_t uncompressed_bytes);

  // Until the next decode.
  std::span<const std::byte> content() const { return content_; }

 private:
  struct Free {
    void operator()(ZSTD_DCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_DCtx_s, Free> context_;
  std::vector<std::byte> content_;
};

}  // namespace plumbline::analysis

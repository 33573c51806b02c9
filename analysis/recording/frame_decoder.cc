#include "analysis/recording/frame_decoder.h"

#include <fmt/format.h>
#include <zstd.h>

#include <new>

#include "profiler/format/block.h"

namespace plumbline::analysis {

void FrameDecoder::Free::operator()(ZSTD_DCtx_s* context) const { ZSTD_freeDCtx(context); }

std::string FrameDecoder::decode(std::span<const std::byte> frame,
                                 std::uint32_t uncompressed_bytes) {
  if (uncompressed_bytes > format::kMaxUncompressedBytes) {
    return fmt::format("compressed block of {} bytes of records; the limit is {}",
                       uncompressed_bytes, format::kMaxUncompressedBytes);
  }
  if (!context_) context_.reset(ZSTD_createDCtx());
  if (!context_) throw std::bad_alloc();
  content_.resize(uncompressed_bytes);
  const std::size_t made = ZSTD_decompressDCtx(context_.get(), content_.data(), content_.size(),
                                               frame.data(), frame.size());
  if (ZSTD_isError(made) != 0) {
    return fmt::format("block cannot be decompressed to {} bytes: {}", uncompressed_bytes,
                       ZSTD_getErrorName(made));
  }
  if (made != content_.size()) {
    return fmt::format("block holds {} bytes of records; its header says {}", made,
                       uncompressed_bytes);
  }
  return {};
}

}  // namespace plumbline::analysis

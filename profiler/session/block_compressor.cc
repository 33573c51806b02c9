#include "profiler/session/block_compressor.h"

#define ZSTD_STATIC_LINKING_ONLY  // contexts in memory of ours
#include <zstd.h>

#include <algorithm>
#include <cstring>

#include "profiler/base/sys.h"
#include "profiler/format/block.h"

namespace plumbline::session {

namespace {

// Higher levels gain 5 to 20 % and take as much more CPU, and up to twice the memory.
constexpr int kLevel = 1;

// Smaller payloads are mostly one record that says where a thread is: 6 us for a few dozen bytes.
constexpr std::size_t kLeastBytes = 128;

constexpr std::size_t kMostBytes = format::kMaxUncompressedBytes;
constexpr std::size_t kFrameBytes = ZSTD_COMPRESSBOUND(kMostBytes);

// What zstd needs differs from one size of input to another, and not in one direction.
std::size_t context_bytes() {
  std::size_t most = 0;
  for (std::size_t bytes = kMostBytes; bytes >= kLeastBytes; bytes /= 2) {
    const ZSTD_compressionParameters parameters = ZSTD_getCParams(kLevel, bytes, 0);
    most = std::max(most, ZSTD_estimateCCtxSize_usingCParams(parameters));
  }
  return most;
}

std::byte* memory = nullptr;  // of the process, for every session: context, input, frame

}  // namespace

bool BlockCompressor::start() {
  const std::size_t bytes = (context_bytes() + 63) & ~std::size_t{63};
  if (memory == nullptr) {
    memory = static_cast<std::byte*>(base::sys::map_memory(bytes + kMostBytes + kFrameBytes));
  }
  if (memory == nullptr) return false;
  gathered_ = memory + bytes;
  frame_ = gathered_ + kMostBytes;
  context_ = ZSTD_initStaticCCtx(memory, bytes);
  return context_ != nullptr;
}

Piece BlockCompressor::compress(std::span<const Piece> pieces) {
  std::size_t bytes = 0;
  for (const Piece& piece : pieces) bytes += piece.size();
  if (context_ == nullptr || bytes < kLeastBytes || bytes > kMostBytes) return {};
  std::byte* to = gathered_;
  for (const Piece& piece : pieces) {
    if (piece.empty()) continue;
    std::memcpy(to, piece.data(), piece.size());
    to += piece.size();
  }
  // With less room than the payload takes, what would not shrink is given up early.
  const std::size_t room = std::min(kFrameBytes, bytes - 1);
  const std::size_t made = ZSTD_compressCCtx(context_, frame_, room, gathered_, bytes, kLevel);
  if (ZSTD_isError(made)) return {};
  return {frame_, made};
}

}  // namespace plumbline::session

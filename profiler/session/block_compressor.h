// A block's payload made smaller: zstd at its fastest level, each block a frame of its own.
//
// Used by RecordingWriter. All memory is one mapping, made by the first session that compresses and
// used again by later ones; a forked child has a copy of its own by then, and start() puts it in
// order whatever the parent was doing. zstd is linked in and hidden (CMakeLists.txt); what it would
// call to allocate answers that there is no memory.
// 9 KB of stack. Thread rule: one thread at a time. Signal rule: not from handlers.
// Failure: start gives false when there is no memory; compress gives nothing when it does not pay.
#pragma once

#include <cstddef>
#include <span>

struct ZSTD_CCtx_s;

namespace plumbline::session {

using Piece = std::span<const std::byte>;

class BlockCompressor {
 public:
  bool start();

  // One zstd frame of all pieces, valid until the next call; no more than kMaxUncompressedBytes are
  // taken. Empty: the payload is to be stored as it is.
  Piece compress(std::span<const Piece> pieces);

  bool started() const { return context_ != nullptr; }

 private:
  ZSTD_CCtx_s* context_ = nullptr;
  std::byte* gathered_ = nullptr;
  std::byte* frame_ = nullptr;
};

}  // namespace plumbline::session

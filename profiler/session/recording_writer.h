// The file of a recording: header first, then blocks, each written whole.
//
// Used by the drain thread, and by the control thread before it starts and after it has ended.
// Blocks go out by one writev, compressed, or straight from the rings where that does not pay or is
// not wanted. When the disk is full the file is cut back to its last whole block and nothing more
// is written; the target goes on and the loss is counted.
// Thread rule: one thread at a time. Signal rule: not from handlers.
// Failure: open gives a reason; later failures are kept in failure().
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "profiler/base/own_file.h"
#include "profiler/format/block.h"
#include "profiler/session/block_compressor.h"

namespace plumbline::session {

class RecordingWriter {
 public:
  // Creates `path`, which must not exist, and writes the file header. 0, or an errno.
  int open(const char* path);

  // From here on blocks are compressed. False: no memory for that, they are stored as they are.
  bool compress_blocks() { return compressor_.start(); }

  // Writes a block of the given thread (index 0: the process): at most five pieces, each of whole
  // records. What is too long to be compressed at once becomes several blocks. Empty payloads are
  // not written.
  void write_block(std::uint32_t thread_index, std::int32_t tid, std::span<const Piece> payload);

  void close();

  int descriptor() const { return file_.fd(); }

  // The first error number that a write met; 0: none.
  int failure() const { return failure_; }
  std::uint64_t bytes_written() const { return bytes_written_; }
  // Payload that no longer reached the file.
  std::uint64_t bytes_lost() const { return bytes_lost_; }

 private:
  void write_one(format::BlockHeader header, std::span<const Piece> payload);
  bool write_all(iovec* pieces, int count);
  void give_up(int error_number);

  base::OwnFile file_;
  BlockCompressor compressor_;
  int failure_ = 0;
  std::uint64_t sequence_ = 0;
  std::uint64_t bytes_written_ = 0;
  std::uint64_t bytes_lost_ = 0;
};

}  // namespace plumbline::session

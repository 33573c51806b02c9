// The file of a recording: header first, then blocks, each written whole.
//
// Used by the drain thread, and by the control thread before it starts and after it has ended.
// Blocks go out by one writev, straight from the rings. When the disk is full the file is cut back
// to its last whole block and nothing more is written; the target goes on and the loss is counted.
// Thread rule: one thread at a time. Signal rule: not from handlers.
// Failure: open gives a reason; later failures are kept in failure().
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "profiler/base/own_file.h"

namespace plumbline::session {

class RecordingWriter {
 public:
  // Creates `path`, which must not exist, and writes the file header. 0, or an errno.
  int open(const char* path);

  // Writes one block of the given thread (index 0: the process). Empty payloads are not written.
  void write_block(std::uint32_t thread_index, std::int32_t tid,
                   std::span<const std::span<const std::byte>> payload);

  void close();

  int descriptor() const { return file_.fd(); }

  // The first error number that a write met; 0: none.
  int failure() const { return failure_; }
  std::uint64_t bytes_written() const { return bytes_written_; }
  // Payload that no longer reached the file.
  std::uint64_t bytes_lost() const { return bytes_lost_; }

 private:
  bool write_all(iovec* pieces, int count);
  void give_up(int error_number);

  base::OwnFile file_;
  int failure_ = 0;
  std::uint64_t sequence_ = 0;
  std::uint64_t bytes_written_ = 0;
  std::uint64_t bytes_lost_ = 0;
};

}  // namespace plumbline::session

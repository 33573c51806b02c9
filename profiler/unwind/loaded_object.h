// What the loader says of one loaded object, and a copy of its call frame information.
//
// Memory of the object is read by the kernel for us (process_vm_readv): when the file behind it was
// truncated, a read of our own would be a SIGBUS.
// Called by update_modules inside dl_iterate_phdr, under the loader's lock, so that the object
// cannot go away. Thread rule: as its caller. Signal rule: not for handlers. Failure: empty.
#pragma once

#include <link.h>

#include <cstdint>

#include "profiler/unwind/eh_frame.h"
#include "profiler/unwind/table_builder.h"

namespace plumbline::unwind {

struct LoadedObject {
  CodeRange code;                  // from the first to the last executable segment
  std::uint64_t header = 0;        // of .eh_frame_hdr; 0: the object has none
  std::uint64_t frames_begin = 0;  // of both sections together
  std::uint64_t frames_end = 0;    // or of their segment: where .eh_frame ends is written nowhere
  // Differs between objects that may follow one another in a place.
  std::uint64_t identity = 0;
  bool is_readable = false;  // false: nothing of this is known

  bool has_code() const { return code.end > code.begin; }
};

LoadedObject describe(const dl_phdr_info& object);

// .eh_frame_hdr and .eh_frame in memory of our own, which the caller unmaps with discard. Empty
// when there are none, or they cannot be read.
Image copy_of_frames(const LoadedObject& object);
void discard(const Image& image);

}  // namespace plumbline::unwind

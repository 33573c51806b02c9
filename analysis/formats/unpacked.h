// A profile's bytes as they are after lz4, zstd and gzip, each taken off once, in that order.
//
// Used by read_profile. A file that is not packed is not copied.
// Bounds: `max_bytes` on disk and unpacked, whatever the file claims; memory grows with what
// really comes out. Several packed parts in a row are one file, as the tools themselves take it.
// Thread rule: one thread. Failure: io::InputError with the file, and what its library said.
#pragma once

#include <filesystem>
#include <string>

#include "analysis/formats/input.h"
#include "analysis/io/mapped_file.h"

namespace plumbline::formats {

class UnpackedFile {
 public:
  explicit UnpackedFile(const std::filesystem::path& file,
                        std::size_t max_bytes = kMaxProfileBytes);
  const Input& input() const { return input_; }

 private:
  io::MappedFile mapped_;
  std::string unpacked_;
  Input input_;
};

}  // namespace plumbline::formats

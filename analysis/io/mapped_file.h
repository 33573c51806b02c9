// An input file as bytes in memory, read-only.
//
// Used by readers of recordings, ledgers and ELF files. Bytes that are appended after opening are
// not seen. A file that is cut by somebody else while it is being read ends the program by SIGBUS:
// recordings only grow, and a profiler's output is not cut in place.
// Thread rule: immutable once open. Failure: the constructor throws InputError.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

namespace plumbline::io {

class MappedFile {
 public:
  // Regular files only: opening a pipe or a device could wait for ever.
  explicit MappedFile(const std::filesystem::path& file);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const { return bytes_; }  // empty for an empty file
  std::string_view text() const {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
  }

 private:
  std::span<const std::byte> bytes_;
};

}  // namespace plumbline::io

// Whole files or none: results, reports, exports and ledgers are written through here.
//
// Thread rule: any thread; two writers of one file leave one of the two whole.
// Failure: throws InputError with file and reason; an earlier file is then untouched and nothing
// is left beside it.
#pragma once

#include <filesystem>
#include <string_view>

#include "analysis/io/file_descriptor.h"

namespace plumbline::io {

// For what is too long to hold: written aside in the same folder piece by piece. Without commit()
// nothing was there. A link is followed. What is not a regular file (a folder, a device, a pipe) is
// refused: it cannot be replaced by renaming.
class AtomicFile {
 public:
  explicit AtomicFile(const std::filesystem::path& file);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void append(std::string_view bytes);
  void commit();  // syncs, renames; once

 private:
  const std::filesystem::path file_;  // as the caller named it, for errors
  const std::filesystem::path target_;
  std::filesystem::path aside_;  // empty once renamed
  FileDescriptor descriptor_;
};

// All of it at once.
void write_file_atomically(const std::filesystem::path& file, std::string_view bytes);

}  // namespace plumbline::io

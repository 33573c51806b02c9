#include "analysis/io/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>

#include "analysis/io/error.h"
#include "analysis/io/file_descriptor.h"

namespace plumbline::io {

MappedFile::MappedFile(const std::filesystem::path& file) {
  // O_NONBLOCK: a pipe opens at once and is then refused, instead of waiting for a writer.
  const FileDescriptor descriptor(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (descriptor.number() < 0) throw system_failure(file, "cannot open", errno);
  struct stat status {};
  if (fstat(descriptor.number(), &status) != 0) throw system_failure(file, "cannot stat", errno);
  if (!S_ISREG(status.st_mode)) throw InputError(file.string() + ": is not a regular file");
  const auto size_bytes = static_cast<std::size_t>(status.st_size);
  if (size_bytes == 0) return;
  void* data = mmap(nullptr, size_bytes, PROT_READ, MAP_PRIVATE, descriptor.number(), 0);
  if (data == MAP_FAILED) throw system_failure(file, "cannot map", errno);
  (void)madvise(data, size_bytes, MADV_SEQUENTIAL);  // advice only
  bytes_ = {static_cast<const std::byte*>(data), size_bytes};
}

MappedFile::~MappedFile() {
  if (bytes_.empty()) return;
  munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace plumbline::io

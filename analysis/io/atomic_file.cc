// The aside file lives in the target's folder, since rename() does not cross file systems. It is
// synced before the rename: otherwise a crash may leave the new name with the old length, zero.
#include "analysis/io/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string>
#include <system_error>

#include "analysis/io/error.h"
#include "analysis/io/file_descriptor.h"
#include "analysis/io/write_fully.h"

namespace plumbline::io {

namespace fs = std::filesystem;

namespace {

// Where the bytes are to end up: the file itself, or what it links to.
fs::path target_of(const fs::path& file) {
  if (file.filename().empty()) throw InputError(file.string() + ": is a folder; give a file name");
  std::error_code ignored;
  const fs::file_status status = fs::status(file, ignored);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    throw InputError(file.string() + ": is not a regular file; give the name of a file to make");
  }
  if (!fs::is_symlink(fs::symlink_status(file, ignored))) return file;
  std::error_code dangling;
  fs::path linked = fs::weakly_canonical(file, dangling);
  return dangling ? file : linked;
}

// Hidden, unique within the process and between processes.
fs::path aside_of(const fs::path& target) {
  static std::atomic<unsigned> counter{0};  // relaxed: only uniqueness matters
  const unsigned number = counter.fetch_add(1, std::memory_order_relaxed);
  const std::string name =
      fmt::format(".{}.{}.{}.part", target.filename().string(), getpid(), number);
  return target.parent_path() / name;
}

// Makes the rename itself last. Some file systems refuse to sync a folder; the file is whole
// either way, so that is not an error.
void sync_folder_of(const fs::path& target) {
  const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
  const FileDescriptor descriptor(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.number() >= 0) (void)fsync(descriptor.number());
}

}  // namespace

AtomicFile::AtomicFile(const fs::path& file)
    : file_(file),
      target_(target_of(file)),
      aside_(aside_of(target_)),
      descriptor_(open(aside_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)) {
  if (descriptor_.number() < 0) throw system_failure(file_, "cannot create", errno);
}

AtomicFile::~AtomicFile() {
  if (!aside_.empty()) unlink(aside_.c_str());
}

void AtomicFile::append(std::string_view bytes) {
  const int error_number = write_fully(descriptor_.number(), bytes);
  if (error_number != 0) throw system_failure(file_, "cannot write", error_number);
}

void AtomicFile::commit() {
  if (fsync(descriptor_.number()) != 0) throw system_failure(file_, "cannot sync", errno);
  if (descriptor_.close_now() != 0) throw system_failure(file_, "cannot close", errno);
  if (rename(aside_.c_str(), target_.c_str()) != 0) {
    throw system_failure(file_, "cannot rename", errno);
  }
  aside_.clear();
  sync_folder_of(target_);
}

void write_file_atomically(const fs::path& file, std::string_view bytes) {
  AtomicFile aside(file);
  aside.append(bytes);
  aside.commit();
}

}  // namespace plumbline::io

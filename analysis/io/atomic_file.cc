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

// Removes the aside file unless it became the target.
class AsideFile {
 public:
  AsideFile(const fs::path& file, const fs::path& target)
      : file_(file),
        path_(aside_of(target)),
        descriptor_(open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)) {
    if (descriptor_.number() < 0) throw system_failure(file_, "cannot create", errno);
  }
  ~AsideFile() {
    if (!path_.empty()) unlink(path_.c_str());
  }
  AsideFile(const AsideFile&) = delete;
  AsideFile& operator=(const AsideFile&) = delete;

  void fill(std::string_view bytes) {
    const int error_number = write_fully(descriptor_.number(), bytes);
    if (error_number != 0) throw system_failure(file_, "cannot write", error_number);
    if (fsync(descriptor_.number()) != 0) throw system_failure(file_, "cannot sync", errno);
    if (descriptor_.close_now() != 0) throw system_failure(file_, "cannot close", errno);
  }

  void become(const fs::path& target) {
    if (rename(path_.c_str(), target.c_str()) != 0) {
      throw system_failure(file_, "cannot rename", errno);
    }
    path_.clear();
  }

 private:
  const fs::path& file_;  // as the caller named it, for errors
  fs::path path_;         // empty once renamed
  FileDescriptor descriptor_;
};

// Makes the rename itself last. Some file systems refuse to sync a folder; the file is whole
// either way, so that is not an error.
void sync_folder_of(const fs::path& target) {
  const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
  const FileDescriptor descriptor(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.number() >= 0) (void)fsync(descriptor.number());
}

}  // namespace

void write_file_atomically(const fs::path& file, std::string_view bytes) {
  const fs::path target = target_of(file);
  AsideFile aside(file, target);
  aside.fill(bytes);
  aside.become(target);
  sync_folder_of(target);
}

}  // namespace plumbline::io

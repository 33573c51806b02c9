#include "workloads/truthd/abandoned_mounts.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mount.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "analysis/io/file_descriptor.h"

namespace plumbline::workloads {
namespace {

bool is_octal(char digit) { return digit >= '0' && digit <= '7'; }

// mountinfo writes a blank as "\040".
std::string unescaped(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escaped = text[i] == '\\' && i + 3 < text.size() && is_octal(text[i + 1]) &&
                         is_octal(text[i + 2]) && is_octal(text[i + 3]);
    plain += escaped ? static_cast<char>(std::stoi(text.substr(i + 1, 3), nullptr, 8)) : text[i];
    if (escaped) i += 3;
  }
  return plain;
}

}  // namespace

// "36 35 0:40 / /tmp/t/files rw,nosuid - fuse plumbline-truthd rw,user_id=0": what follows the
// dash has its place by counting from there; before it are fields that may be absent.
std::filesystem::path mount_in(std::string_view mountinfo_line) {
  std::istringstream fields{std::string(mountinfo_line)};
  const std::vector<std::string> all{std::istream_iterator<std::string>(fields), {}};
  for (std::size_t i = 6; i + 2 < all.size(); ++i) {
    if (all[i] != "-") continue;
    return all[i + 1] == "fuse" && all[i + 2] == kMountSource ? unescaped(all[4]) : "";
  }
  return {};
}

void remove_abandoned_mounts() {
  std::ifstream mounts("/proc/self/mountinfo");
  std::vector<std::filesystem::path> ours;
  for (std::string line; std::getline(mounts, line);) {
    const std::filesystem::path folder = mount_in(line);
    if (!folder.empty()) ours.push_back(folder);
  }
  for (const std::filesystem::path& folder : ours) {
    const io::FileDescriptor directory(
        open(folder.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.number() < 0 || flock(directory.number(), LOCK_EX | LOCK_NB) != 0) continue;
    umount2(folder.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW);
  }
}

}  // namespace plumbline::workloads

#include "workloads/truthd/fuse_mount.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "workloads/truthd/abandoned_mounts.h"
#include "workloads/truthd/fuse_server.h"
#include "workloads/truthd/own_namespaces.h"

namespace plumbline::workloads {
namespace {

constexpr const char* kDevice = "/dev/fuse";

// So that the first requests of several workers find a thread each; more start on demand.
constexpr int kFirstThreads = 4;

std::string failure(const std::string& what) {
  return what + ": " + std::generic_category().message(errno);
}

// A server that was killed leaves its mount behind, where every call fails with ENOTCONN. The
// caller holds the truth directory's lock, so whatever is mounted here now has no server.
void remove_stale_mounts(const std::filesystem::path& folder) {
  for (;;) {
    struct statfs status {};
    const bool ours = statfs(folder.c_str(), &status) != 0
                          ? errno == ENOTCONN || errno == ECONNABORTED
                          : status.f_type == FUSE_SUPER_MAGIC;
    if (!ours || umount2(folder.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) != 0) return;
  }
}

}  // namespace

FuseMount::FuseMount(const std::filesystem::path& folder) : folder_(folder) {
  std::error_code error;
  if (std::filesystem::is_symlink(folder, error)) std::filesystem::remove(folder, error);
  remove_stale_mounts(folder);
  std::filesystem::create_directory(folder, error);
  if (error) {
    reason_ = folder.string() + " cannot be made: " + error.message();
    return;
  }
  if (!open_device()) {
    reason_ = failure(std::string(kDevice) + " cannot be opened");
    return;
  }
  if (mount_at(folder_) || (errno == EPERM && mount_inside())) return;
  reason_ = failure("a file system cannot be mounted at " + folder.string());
  close(device_);
}

bool FuseMount::mount_at(const std::filesystem::path& folder) const {
  const std::string options = "fd=" + std::to_string(device_) +
                              ",rootmode=40000,user_id=" + std::to_string(getuid()) +
                              ",group_id=" + std::to_string(getgid()) + ",default_permissions";
  return mount(kMountSource, folder.c_str(), "fuse", MS_NOSUID | MS_NODEV, options.c_str()) == 0;
}

bool FuseMount::open_device() {
  if (device_ >= 0) close(device_);
  device_ = open(kDevice, O_RDWR | O_CLOEXEC);
  return device_ >= 0;
}

// In namespaces of our own, where the device must be opened anew; the folder becomes a link through
// which it is seen from outside.
bool FuseMount::mount_inside() {
  const std::filesystem::path inside = std::filesystem::absolute(folder_.string() + ".inside");
  std::error_code error;
  std::filesystem::create_directory(inside, error);
  if (error || !enter_own_namespaces() || !open_device() || !mount_at(inside)) {
    const int error_number = errno;
    std::filesystem::remove(inside, error);
    errno = error_number;
    return false;
  }
  std::filesystem::remove(folder_, error);
  std::filesystem::create_symlink("/proc/" + std::to_string(getpid()) + "/root" + inside.string(),
                                  folder_, error);
  inside_ = inside;
  return !error;
}

void FuseMount::serve(SlotTable& slots, Lateness& lateness) {
  if (!reason_.empty()) return;
  static FuseServer server(device_, slots, lateness);  // its threads use it until the end
  for (int i = 0; i < kFirstThreads; ++i) server.start();
}

FuseMount::~FuseMount() {
  const std::filesystem::path& mounted = inside_.empty() ? folder_ : inside_;
  if (reason_.empty()) umount2(mounted.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW);
  std::error_code ignored;
  if (!inside_.empty()) std::filesystem::remove(inside_, ignored);
  std::filesystem::remove(folder_, ignored);
}

}  // namespace plumbline::workloads

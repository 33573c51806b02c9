#include "workloads/truthd/fuse_mount.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <thread>

#include "workloads/truthd/fuse_server.h"

namespace plumbline::workloads {
namespace {

constexpr const char* kDevice = "/dev/fuse";

// Every worker may have one operation open; one thread more takes requests that wait for nothing.
constexpr int kServerThreads = kMaxWorkers + 1;

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
  remove_stale_mounts(folder);
  std::error_code error;
  std::filesystem::create_directory(folder, error);
  if (error) {
    reason_ = folder.string() + " cannot be made: " + error.message();
    return;
  }
  device_ = open(kDevice, O_RDWR | O_CLOEXEC);
  if (device_ < 0) {
    reason_ = failure(std::string(kDevice) + " cannot be opened");
    return;
  }
  const std::string options = "fd=" + std::to_string(device_) +
                              ",rootmode=40000,user_id=" + std::to_string(getuid()) +
                              ",group_id=" + std::to_string(getgid()) + ",default_permissions";
  if (mount("plumbline-truthd", folder.c_str(), "fuse", MS_NOSUID | MS_NODEV, options.c_str()) !=
      0) {
    reason_ = failure("a file system cannot be mounted at " + folder.string());
    close(device_);
  }
}

void FuseMount::serve(SlotTable& slots) const {
  if (!reason_.empty()) return;
  for (int i = 0; i < kServerThreads; ++i) {
    std::thread([device = device_, &slots] {
      prctl(PR_SET_TIMERSLACK, 1);  // in nanoseconds; the default lets a sleep end 50 us late
      FuseServer(device, slots).serve();
    }).detach();
  }
}

FuseMount::~FuseMount() {
  if (reason_.empty()) umount2(folder_.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW);
  std::error_code ignored;
  std::filesystem::remove(folder_, ignored);
}

}  // namespace plumbline::workloads

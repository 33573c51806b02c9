// The mount of the delayed files, from mount to unmount, and the removal of a stale one.
//
// Used by plumbline-truthd. Needs /dev/fuse and the right to mount, or to have namespaces of its
// own; where that is missing, the reason is a value, since file segments are then skipped by name
// and the rest still runs.
// Thread rule: the main thread.
// Failure rule: a mount that is refused is told by reason(), not thrown.
#pragma once

#include <filesystem>
#include <string>

#include "workloads/truth_protocol.h"
#include "workloads/truthd/lateness.h"

namespace plumbline::workloads {

class FuseMount {
 public:
  // Removes stale mounts from `folder` and mounts there.
  explicit FuseMount(const std::filesystem::path& folder);
  ~FuseMount();
  FuseMount(const FuseMount&) = delete;
  FuseMount& operator=(const FuseMount&) = delete;

  // Why nothing is mounted; empty when it is.
  const std::string& reason() const { return reason_; }

  // Starts the server threads, which run until the process ends; so long must both live. Once.
  void serve(SlotTable& slots, Lateness& lateness);

 private:
  bool open_device();                                        // else errno
  bool mount_at(const std::filesystem::path& folder) const;  // else errno
  bool mount_inside();                                       // else errno

  std::filesystem::path folder_;
  std::filesystem::path inside_;  // where it is mounted if not at folder_: in our own namespace
  int device_ = -1;  // open until the process ends: closing it would fail the calls under way
  std::string reason_;
};

}  // namespace plumbline::workloads

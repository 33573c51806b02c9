#include "workloads/truthd/own_namespaces.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <string>

#include "analysis/io/file_descriptor.h"

namespace plumbline::workloads {
namespace {

bool write_text(const char* file, const std::string& text) {
  const io::FileDescriptor opened(open(file, O_WRONLY | O_CLOEXEC));
  return opened.number() >= 0 &&
         write(opened.number(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

// Each id stands for itself.
std::string same_id(unsigned id) { return std::to_string(id) + " " + std::to_string(id) + " 1"; }

}  // namespace

bool enter_own_namespaces() {
  const uid_t user = geteuid();
  const gid_t group = getegid();
  return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && write_text("/proc/self/setgroups", "deny") &&
         write_text("/proc/self/uid_map", same_id(user)) &&
         write_text("/proc/self/gid_map", same_id(group));
}

}  // namespace plumbline::workloads

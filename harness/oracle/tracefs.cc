#include "harness/oracle/tracefs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mount.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "analysis/io/error.h"

namespace plumbline::harness::oracle {
namespace {

int mount_unseen() {
  if (geteuid() != 0) {
    throw io::InputError("--oracle kernel needs root: the kernel tells its events to root alone");
  }
  const io::FileDescriptor context(fsopen("tracefs", FSOPEN_CLOEXEC));
  const bool made = context.number() >= 0 &&
                    fsconfig(context.number(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0;
  const int root = made ? fsmount(context.number(), FSMOUNT_CLOEXEC, 0) : -1;
  if (root < 0) {
    throw io::system_failure("tracefs", "--oracle kernel needs it, and it cannot be mounted",
                             errno);
  }
  return root;
}

}  // namespace

// "name: x", "ID: 372", "	field:pid_t prev_pid;	offset:24;	size:4;	signed:1;"
EventLayout parse_layout(const std::string& format_text) {
  EventLayout layout;
  const std::size_t id = format_text.find("ID: ");
  if (id != std::string::npos) {
    layout.id = static_cast<std::uint16_t>(std::strtoul(&format_text[id + 4], nullptr, 10));
  }
  constexpr std::string_view kField = "field:", kOffset = "offset:";
  for (std::size_t at = format_text.find(kField); at != std::string::npos;
       at = format_text.find(kField, at + 1)) {
    const std::size_t end = format_text.find(';', at);
    const std::size_t offset = format_text.find(kOffset, at);
    if (end == std::string::npos || offset == std::string::npos) break;
    std::string name = format_text.substr(at, end - at);
    name = name.substr(name.rfind(' ') + 1);
    name = name.substr(0, name.find('['));  // an array's size stands behind its name
    layout.offsets[name] = std::strtoul(&format_text[offset + kOffset.size()], nullptr, 10);
  }
  return layout;
}

Tracefs::Tracefs() : root_(mount_unseen()) {}

EventLayout Tracefs::layout_of(const std::string& event,
                               const std::vector<std::string>& fields) const {
  EventLayout layout = parse_layout(read("events/" + event + "/format"));
  for (const std::string& field : fields) {
    if (layout.id != 0 && layout.offsets.contains(field)) continue;
    throw io::InputError(
        fmt::format("tracefs: events/{}: no field {}: this kernel is not known to --oracle kernel",
                    event, field));
  }
  return layout;
}

std::string Tracefs::read(const std::string& path) const {
  const io::FileDescriptor file(openat(root_.number(), path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number() < 0) throw io::system_failure("tracefs: " + path, "cannot be opened", errno);
  std::string text;
  std::array<char, 4096> buffer;
  for (ssize_t got = 0; (got = ::read(file.number(), buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return text;
}

void Tracefs::write(const std::string& path, const std::string& text) const {
  const io::FileDescriptor file(openat(root_.number(), path.c_str(), O_WRONLY | O_CLOEXEC));
  const ssize_t written = file.number() < 0 ? -1 : ::write(file.number(), text.data(), text.size());
  if (written != static_cast<ssize_t>(text.size())) {
    throw io::system_failure("tracefs: " + path, "cannot be written", errno);
  }
}

}  // namespace plumbline::harness::oracle

#include "harness/oracle/trace_instance.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>

#include "analysis/io/error.h"

namespace plumbline::harness::oracle {
namespace {

constexpr std::string_view kPrefix = "plumbline_oracle-";
// Per CPU: about 200,000 wake-ups, ten times what the busiest standard run needs.
constexpr const char* kBufferKib = "8192";

std::vector<std::string> names_in(int directory, const std::string& path) {
  std::vector<std::string> names;
  const int opened = openat(directory, path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(opened < 0 ? nullptr : fdopendir(opened),
                                                   closedir);
  if (!stream) return names;
  while (const dirent* entry = readdir(stream.get())) names.emplace_back(entry->d_name);
  return names;
}

void remove_abandoned(int tracefs) {
  for (const std::string& name : names_in(tracefs, "instances")) {
    if (name.rfind(kPrefix, 0) != 0) continue;
    const pid_t owner = std::atoi(name.c_str() + kPrefix.size());
    if (owner > 0 && kill(owner, 0) != 0 && errno == ESRCH) {
      unlinkat(tracefs, ("instances/" + name).c_str(), AT_REMOVEDIR);
    }
  }
}

}  // namespace

TraceInstance::TraceInstance(const Tracefs& tracefs, const std::vector<std::string>& events)
    : tracefs_(tracefs), path_("instances/" + std::string(kPrefix) + std::to_string(getpid())) {
  remove_abandoned(tracefs_.directory());
  if (mkdirat(tracefs_.directory(), path_.c_str(), 0700) != 0) {
    throw io::system_failure("tracefs: " + path_, "cannot be made", errno);
  }
  try {
    set_up(events);
  } catch (const io::InputError&) {
    remove();
    throw;
  }
}

TraceInstance::~TraceInstance() { remove(); }

void TraceInstance::set_up(const std::vector<std::string>& events) {
  tracefs_.write(path_ + "/trace_clock", "mono");
  tracefs_.write(path_ + "/buffer_size_kb", kBufferKib);
  for (const std::string& event : events) {
    tracefs_.write(path_ + "/events/" + event + "/enable", "1");
  }
}

void TraceInstance::stop() { tracefs_.write(path_ + "/tracing_on", "0"); }

void TraceInstance::remove() const { unlinkat(tracefs_.directory(), path_.c_str(), AT_REMOVEDIR); }

std::size_t TraceInstance::page_bytes() { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }

std::vector<std::string> TraceInstance::read_pages(Counts& losses) const {
  std::vector<std::string> pages;
  for (const std::string& cpu : names_in(tracefs_.directory(), path_ + "/per_cpu")) {
    if (cpu.rfind("cpu", 0) != 0) continue;
    const std::string folder = path_ + "/per_cpu/" + cpu;
    const std::string stats = tracefs_.read(folder + "/stats");
    // "overrun: " is in "commit overrun: " too; either is a loss.
    for (const char* cause : {"\noverrun: ", "\ncommit overrun: ", "\ndropped events: "}) {
      const std::size_t at = stats.find(cause);
      const std::size_t begin = at + std::string_view(cause).size();
      const std::int64_t count = at == std::string::npos ? 0 : std::atoll(&stats[begin]);
      if (count != 0) losses["wake-ups dropped by the kernel"] += count;
    }
    pages.push_back(pages_of(folder));
  }
  return pages;
}

std::string TraceInstance::pages_of(const std::string& cpu) const {
  const io::FileDescriptor pipe(openat(tracefs_.directory(), (cpu + "/trace_pipe_raw").c_str(),
                                       O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (pipe.number() < 0) throw io::system_failure("tracefs: " + cpu, "cannot be read", errno);
  std::string pages;
  std::string page(page_bytes(), '\0');
  while (read(pipe.number(), page.data(), page.size()) > 0) {
    pages += page;
    page.assign(page.size(), '\0');
  }
  return pages;
}

}  // namespace plumbline::harness::oracle

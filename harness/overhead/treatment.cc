#include "harness/overhead/treatment.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <system_error>

#include "analysis/io/error.h"

namespace plumbline::harness {
namespace {

using std::filesystem::path;

// The first that exists; empty when none does.
path first_of(const std::vector<path>& candidates) {
  for (const path& candidate : candidates) {
    std::error_code ignored;
    if (std::filesystem::exists(candidate, ignored)) return candidate;
  }
  return {};
}

Treatment perf(double rate_hz) {
  const path program = first_of({"/usr/bin/perf", "/usr/local/bin/perf"});
  Treatment treatment{
      "perf", rate_hz, [=](const path& files) {
        return Launch{{program, "record", "-q", "-g", "-e", "task-clock", "-F",
                       fmt::format("{}", rate_hz), "-o", files.string() + ".perf", "--"}};
      }};
  if (program.empty()) treatment.missing = "perf is not installed";
  return treatment;
}

Treatment gperftools(double rate_hz) {
  const path folder = "/usr/lib/x86_64-linux-gnu";
  const path library = first_of({folder / "libprofiler.so", folder / "libprofiler.so.0"});
  Treatment treatment{"gperftools", rate_hz, [=](const path& files) {
                        return Launch{{},
                                      {{"LD_PRELOAD", library},
                                       {"CPUPROFILE", files.string() + ".gperf"},
                                       {"CPUPROFILE_FREQUENCY", fmt::format("{}", rate_hz)}}};
                      }};
  if (library.empty()) treatment.missing = "libprofiler.so is not installed";
  return treatment;
}

struct Peer {
  const char* name;
  Treatment (*make)(double rate_hz);
};

constexpr std::array<Peer, 2> kPeers = {{{"perf", perf}, {"gperftools", gperftools}}};

}  // namespace

Treatment built_in(const path& library, double rate_hz) {
  const std::string sampling = rate_hz > 0 ? fmt::format("rate={}", rate_hz) : "clock=none";
  return {"plumbline", rate_hz, [=](const path& files) {
            return Launch{{},
                          {{"LD_PRELOAD", library},
                           {"PLUMBLINE_OUTPUT", files.string() + ".plumb"},
                           {"PLUMBLINE_OPTIONS", sampling}}};
          }};
}

Treatment bare_again() {
  return {kBareAgain, 0, [](const path&) { return Launch{}; }};
}

std::vector<std::string> peer_names() {
  std::vector<std::string> names;
  for (const Peer& candidate : kPeers) names.emplace_back(candidate.name);
  return names;
}

Treatment peer(const std::string& name, double rate_hz) {
  for (const Peer& candidate : kPeers) {
    if (name == candidate.name) return candidate.make(rate_hz);
  }
  throw io::InputError(fmt::format("--peers {}: no such profiler; there are: {}", name,
                                   fmt::join(peer_names(), ", ")));
}

}  // namespace plumbline::harness

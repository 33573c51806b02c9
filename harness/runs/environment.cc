#include "harness/runs/environment.h"

#include <stdlib.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "harness/build_info.h"

namespace plumbline::harness {
namespace {

std::string first_line(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

std::string kernel() {
  utsname name{};
  return uname(&name) == 0 ? std::string(name.sysname) + " " + name.release : "";
}

// The coarse clock advances once a tick: its resolution tells the kernel's HZ without a config.
std::optional<std::int64_t> tick_hz() {
  timespec resolution{};
  if (clock_getres(CLOCK_MONOTONIC_COARSE, &resolution) != 0) return std::nullopt;
  if (resolution.tv_sec != 0 || resolution.tv_nsec <= 0) return std::nullopt;
  return 1'000'000'000 / resolution.tv_nsec;
}

std::optional<std::int64_t> perf_event_paranoid() {
  std::ifstream stream("/proc/sys/kernel/perf_event_paranoid");
  std::int64_t level = 0;
  if (!(stream >> level)) return std::nullopt;
  return level;
}

void read_cpuinfo(Environment& environment) {
  std::ifstream stream("/proc/cpuinfo");
  for (std::string line; std::getline(stream, line) && !line.empty();) {  // the first CPU
    const std::size_t colon = line.find(": ");
    if (colon == std::string::npos) continue;
    const std::string value = line.substr(colon + 2);
    if (line.starts_with("model name")) environment.cpu_model = value;
    if (line.starts_with("flags")) {
      environment.virtualized = (" " + value + " ").find(" hypervisor ") != std::string::npos;
    }
  }
}

}  // namespace

Environment read_environment() {
  Environment environment;
  environment.kernel = kernel();
  environment.hz = tick_hz();
  environment.cpus = sysconf(_SC_NPROCESSORS_ONLN);
  environment.clock =
      first_line("/sys/devices/system/clocksource/clocksource0/current_clocksource");
  environment.perf_event_paranoid = perf_event_paranoid();
  environment.git = build_info::kGitRevision;
  environment.compiler = build_info::kCompiler;
  environment.version = build_info::kVersion;
  environment.loadavg.resize(3);
  const int count = getloadavg(environment.loadavg.data(), 3);
  environment.loadavg.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  read_cpuinfo(environment);
  return environment;
}

}  // namespace plumbline::harness

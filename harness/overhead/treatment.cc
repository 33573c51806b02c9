#include "harness/overhead/treatment.h"

#include <fmt/format.h>

#include <memory>

#include "harness/profilers/find_profiler.h"

namespace plumbline::harness {

using std::filesystem::path;

Treatment built_in(const path& library, double rate_hz) {
  const std::string sampling = rate_hz > 0 ? fmt::format("rate={}", rate_hz) : "clock=none";
  return {"plumbline", rate_hz, [=](const path& files, const workloads::Spec&) {
            return Launch{{},
                          {{"LD_PRELOAD", library},
                           {"PLUMBLINE_OUTPUT", files.string() + ".plumb"},
                           {"PLUMBLINE_OPTIONS", sampling}}};
          }};
}

Treatment bare_again() {
  return {kBareAgain, 0, [](const path&, const workloads::Spec&) { return Launch{}; }};
}

Treatment peer(const std::string& name, int rate_hz, const Interruption& interruption) {
  const std::shared_ptr<const ProfilerAdapter> adapter = find_profiler(name, {}, rate_hz);
  return {adapter->name(), static_cast<double>(rate_hz),
          [=](const path& files, const workloads::Spec& work) {
            return adapter->launch({files.string() + adapter->extension(), rate_hz, &work});
          },
          adapter->missing(interruption)};
}

}  // namespace plumbline::harness

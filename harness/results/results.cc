#include "harness/results/results.h"

#include <array>

namespace plumbline::harness {

std::string_view name_of(MachineVerdict verdict) {
  constexpr std::array<std::string_view, 3> kNames = {"ok", "degraded", "invalid"};
  return kNames[static_cast<std::size_t>(verdict)];
}

std::string_view name_of(Verdict verdict) {
  constexpr std::array<std::string_view, 6> kNames = {"pass",    "fail",        "inconclusive",
                                                      "vacuous", "not_offered", "skipped"};
  return kNames[static_cast<std::size_t>(verdict)];
}

std::string_view name_of(ProfilerState state) {
  constexpr std::array<std::string_view, 3> kNames = {"judged", "missing", "failed"};
  return kNames[static_cast<std::size_t>(state)];
}

double signed_error_ns(const CellRun& run) {
  if (run.attributed_ns > run.hi_ns) return static_cast<double>(run.attributed_ns - run.hi_ns);
  if (run.attributed_ns < run.lo_ns) return static_cast<double>(run.attributed_ns - run.lo_ns);
  return 0;
}

}  // namespace plumbline::harness

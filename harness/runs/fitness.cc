#include "harness/runs/fitness.h"

#include <fmt/format.h>

#include "harness/truth/machine.h"

namespace plumbline::harness {

void Fitness::add(const RunRow& run) {
  ++attempts_;
  if (run.machine != MachineVerdict::kInvalid) return;
  ++invalid_;
  example_ = fmt::format("{}: {}", run.id, fmt::join(run.reasons, "; "));
}

std::string Fitness::unfit() const {
  if (!machine_unfit(invalid_, attempts_)) return "";
  return fmt::format("{}: {} of {} runs invalid, such as {}", kMachineUnfit, invalid_, attempts_,
                     example_);
}

}  // namespace plumbline::harness

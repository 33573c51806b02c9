#include "analysis/attribution/sample_weight.h"

namespace plumbline::analysis {

bool samples_miss_kernel(const Recording& recording) {
  const auto sampler = recording.settings.find("sampler");
  return sampler != recording.settings.end() && sampler->second == "perf_task_clock_user";
}

}  // namespace plumbline::analysis

// CPUs kept awake: by threads of the idle class, where that helps, and no longer than asked.

#include "harness/runs/awake_cpus.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace plumbline::harness {
namespace {

// The scheduling class of each thread of this process.
std::vector<int> classes() {
  std::vector<int> found;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    found.push_back(sched_getscheduler(std::stoi(task.path().filename())));
  }
  return found;
}

int allowed_cpus() {
  cpu_set_t allowed;
  return sched_getaffinity(0, sizeof(allowed), &allowed) == 0 ? CPU_COUNT(&allowed) : 0;
}

TEST(AwakeCpus, HaveOneSpinnerOfTheIdleClassEach) {
  {
    const AwakeCpus awake(KeepAwake::kOn, false);
    EXPECT_EQ(awake.count(), allowed_cpus());
    EXPECT_EQ(std::ranges::count(classes(), SCHED_IDLE), allowed_cpus());
  }
  EXPECT_EQ(std::ranges::count(classes(), SCHED_IDLE), 0) << "they end with it";
}

TEST(AwakeCpus, AreLeftAloneWhereNotAsked) {
  EXPECT_EQ(AwakeCpus(KeepAwake::kOff, true).count(), 0);
  EXPECT_EQ(AwakeCpus(KeepAwake::kOnVirtualMachines, false).count(), 0);
}

// Fault: the spinners use up the CPU that a container may have, and the measured program is
// throttled. Seen in: containers with a quota on virtual machines, the usual CI job.
// Pass: a limit is seen.
TEST(AwakeCpus, KnowALimitOfCpu) {
  EXPECT_TRUE(is_cpu_limit("200000 100000"));
  EXPECT_FALSE(is_cpu_limit("max 100000"));
  EXPECT_FALSE(is_cpu_limit("")) << "no such file";
}

TEST(AwakeCpus, AreAskedForByName) {
  EXPECT_EQ(keep_awake_of("on"), KeepAwake::kOn);
  EXPECT_EQ(keep_awake_of("off"), KeepAwake::kOff);
  EXPECT_EQ(keep_awake_of("auto"), KeepAwake::kOnVirtualMachines);
}

}  // namespace
}  // namespace plumbline::harness

// Shapes of CPU work: as much as was asked for, each below its own function.
#include "workloads/cpu_shapes.h"

#include <execinfo.h>
#include <gtest/gtest.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "workloads/clock.h"

namespace plumbline::workloads {
namespace {

constexpr std::array kAll = {CpuShape::kDeep, CpuShape::kInlined, CpuShape::kRecursive,
                             CpuShape::kVdso, CpuShape::kLibc,    CpuShape::kTinyCalls};
constexpr std::int64_t kDepth = 20;

class EveryShape : public testing::TestWithParam<CpuShape> {
 protected:
  const CpuFunction& function() const { return cpu_function_of(GetParam()); }

  std::int64_t burn(std::int64_t iterations, std::int64_t duration_ns) {
    speeds_ = measured_;  // what one burn learns shall not hide what the next one does wrong
    double* speed = &speeds_[static_cast<std::size_t>(GetParam())];
    const std::int64_t begin_ns = thread_cpu_ns();
    ran_ = function().run({iterations, duration_ns, begin_ns, speed, kDepth});
    return thread_cpu_ns() - begin_ns;
  }

  const CpuSpeeds measured_ = measure_speeds();
  CpuSpeeds speeds_ = measured_;
  std::int64_t ran_ = 0;
};

// Fault: a recursion whose levels each burn for all of them together (a half more was seen).
// Pass: never short by more than the 0.3 us at which a burn stops; median of n = 51 burns of 1 ms
// over by at most 100 us. Thread CPU time throughout, so that a busy machine does not matter.
// Measured: 1-10 us; one burn in ten over by 100 us would put the median there with < 1e-12.
TEST_P(EveryShape, BurnsTheTimeThatWasAskedFor) {
  constexpr std::int64_t kAskedNs = 1'000'000;
  std::vector<std::int64_t> over_ns;
  over_ns.reserve(51);
  for (int i = 0; i < 51; ++i) over_ns.push_back(burn(0, kAskedNs) - kAskedNs);
  std::sort(over_ns.begin(), over_ns.end());
  EXPECT_GE(over_ns.front(), -300);
  EXPECT_LE(over_ns[25], 100'000);
}

TEST_P(EveryShape, RunsTheIterationsThatWereAskedFor) {
  burn(1000, 0);
  EXPECT_EQ(ran_, 1000);
}

INSTANTIATE_TEST_SUITE_P(Each, EveryShape, testing::ValuesIn(kAll), [](const auto& each) {
  return std::string(cpu_function_of(each.param).name);
});

TEST(CpuShapes, HaveOwnersOfTheirOwn) {
  std::set<const void*> addresses;
  for (const CpuShape shape : kAll) {
    addresses.insert(reinterpret_cast<const void*>(cpu_function_of(shape).run));
  }
  EXPECT_EQ(addresses.size(), kAll.size());
}

// Frames on the stack where CPU is burnt, by the unwinder of libgcc: an oracle of its own.
std::atomic<int> frames{0};

void count_frames(int) {
  static std::array<void*, 2048> stack;
  const int found = backtrace(stack.data(), static_cast<int>(stack.size()));
  frames = std::max(frames.load(), found);
}

TEST(CpuShapes, TheDeepOneIsAsDeepAsWasAsked) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "the thread sanitizer delivers signals later, when the frames are gone";
#endif
  std::array<void*, 4> warm;
  backtrace(warm.data(), 4);  // loads libgcc
  struct sigaction action {};
  action.sa_handler = count_frames;
  action.sa_flags = SA_RESTART;
  ASSERT_EQ(sigaction(SIGPROF, &action, nullptr), 0);
  const itimerval every_ms = {{0, 1000}, {0, 1000}}, never{};
  double speed = measure_ns_per_iteration();
  for (const std::int64_t depth : {std::int64_t{10}, std::int64_t{1000}}) {
    frames = 0;
    setitimer(ITIMER_PROF, &every_ms, nullptr);
    for (int i = 0; i < 200 && frames < depth; ++i) {  // at most 4 s of CPU
      cpu_function_of(CpuShape::kDeep).run({0, 20'000'000, thread_cpu_ns(), &speed, depth});
    }
    setitimer(ITIMER_PROF, &never, nullptr);
    EXPECT_GT(frames, depth);
    EXPECT_LT(frames, depth + 60);  // the test's own
  }
}

}  // namespace
}  // namespace plumbline::workloads

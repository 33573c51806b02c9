// The CPU of a thousand short spans, summed, is what one clock says around them all.
//
// Fault: an error of each edge that does not average out, or a switch that falls between the reads
// of an edge: in 1,000 spans they add up. Seen in: clocks read one after another under contention,
// up to -5.4 ms in one span. Pass: the sum over 1,000 adjacent spans of 1-200 us, with a competitor
// on the same CPU, is within 0.05 % of the thread clock's difference around them. Between the end
// of a span and the begin of the next the program, and the profiler, run for 0.4 to 1.8 us: that is
// their parent's own time, a part of the sum, and printed.
#include <gtest/gtest.h>
#include <plumbline/trace.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

#include "analysis/attribution/partition.h"
#include "tests/profiler/recorded_session.h"
#include "tests/profiler/timed_stretches.h"

namespace plumbline {
namespace {

using analysis::Index;

constexpr int kSpans = 1'000;
constexpr int kRuns = 7;
constexpr unsigned kSeed = 3;

class OnOneCpu {
 public:
  OnOneCpu() {
    sched_getaffinity(0, sizeof before_, &before_);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(sched_getcpu()), &one);
    sched_setaffinity(0, sizeof one, &one);
  }
  ~OnOneCpu() { sched_setaffinity(0, sizeof before_, &before_); }
  OnOneCpu(const OnOneCpu&) = delete;
  OnOneCpu& operator=(const OnOneCpu&) = delete;

 private:
  cpu_set_t before_{};
};

// Another process that spins on the same CPU.
class Competitor {
 public:
  Competitor() : pid_(fork()) {
    if (pid_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (true) burn_cpu(1'000'000);
  }
  ~Competitor() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Competitor(const Competitor&) = delete;
  Competitor& operator=(const Competitor&) = delete;

 private:
  pid_t pid_;
};

void compute(int loops) {
  for (int i = 0; i < loops; ++i) asm volatile("");
}

// Loops for one microsecond, about.
int loops_per_us() {
  constexpr int kLoops = 1'000'000;
  const std::int64_t before_ns = Clocks::now().cpu_ns;
  compute(kLoops);
  return static_cast<int>(std::int64_t{kLoops} * 1'000 / (Clocks::now().cpu_ns - before_ns));
}

struct Measured {
  Clocks begin, end;
  std::uint64_t parent_span = 0;
};

Measured spans_of_1_to_200_us(std::mt19937& random, int loops_in_us) {
  std::uniform_int_distribution<int> microseconds(1, 200);
  const auto tracer = GetTracer("test");
  Measured run;
  run.begin = Clocks::now();
  {
    auto parent = tracer->StartActiveSpan("parent");
    run.parent_span = parent.GetContext().span_id;
    for (int i = 0; i < kSpans; ++i) {
      const int loops = loops_in_us * microseconds(random);
      auto span = tracer->StartActiveSpan("adjacent");
      compute(loops);
    }
  }
  run.end = Clocks::now();
  return run;
}

class AdjacentSpans : public testing::TestWithParam<const char*> {};

// n: 7 runs of 1,000 spans; the middle one of their errors is judged. Of 30 runs on a busy machine
// the worst was off by 0.018 %. Beyond the bound is one in which the hypervisor took time away at
// either end, at most 1 of 100: four of seven by chance, 35 * 0.01^4 < 1e-6.
TEST_P(AdjacentSpans, SumUpToOneClockDifference) {
  const OnOneCpu on_one_cpu;
  const Competitor competitor;
  std::mt19937 random(kSeed);
  const int loops_in_us = loops_per_us();
  std::vector<Measured> runs;
  const analysis::Recording recording =
      record(std::string("clock=none,ring_kib=4096,") + GetParam(), [&] {
        usleep(400'000);  // the self-test of the switch flag
        for (int i = 0; i < kRuns; ++i) runs.push_back(spans_of_1_to_200_us(random, loops_in_us));
      });
  const analysis::Partition partition = analysis::partition_time(recording);
  std::vector<double> errors_percent;
  for (const Measured& run : runs) {
    std::int64_t spans_ns = 0, gaps_ns = 0, run_queue_ns = 0;
    int spans = 0;
    for (Index row = 0; row < recording.spans.size(); ++row) {
      const bool is_parent = recording.spans.span_id[row] == run.parent_span;
      if (!is_parent && recording.spans.parent_span_id[row] != run.parent_span) continue;
      const auto& category = partition.span_self[row].category;
      (is_parent ? gaps_ns : spans_ns) += category[analysis::index_of(format::Category::kCpu)];
      run_queue_ns += category[analysis::index_of(format::Category::kRunQueue)];
      spans += is_parent ? 0 : 1;
    }
    ASSERT_EQ(spans, kSpans);
    const std::int64_t clock_ns = run.end.cpu_ns - run.begin.cpu_ns;
    const double error =
        100.0 * static_cast<double>(spans_ns + gaps_ns - clock_ns) / static_cast<double>(clock_ns);
    std::printf("clock %ld ns, spans %ld, gaps %ld (%ld each): %+.4f %%; run queue %ld\n", clock_ns,
                spans_ns, gaps_ns, gaps_ns / kSpans, error, run_queue_ns);
    EXPECT_GT(run_queue_ns, clock_ns / 10) << "the competitor did not run";
    errors_percent.push_back(std::abs(error));
  }
  std::sort(errors_percent.begin(), errors_percent.end());
  EXPECT_LE(errors_percent[kRuns / 2], 0.05) << "seed " << kSeed;
  EXPECT_EQ(partition.conservation.tiling_error_ns, 0);
}

INSTANTIATE_TEST_SUITE_P(By, AdjacentSpans, testing::Values("cpu_clock=auto", "cpu_clock=thread"),
                         [](const auto& options) {
                           return std::string(options.param) == "cpu_clock=auto" ? "SwitchFlag"
                                                                                 : "ThreadClock";
                         });

}  // namespace
}  // namespace plumbline

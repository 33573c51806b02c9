// The sampling clock of a recording: what it says of itself adds up, whatever clock it is.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <barrier>
#include <thread>
#include <vector>

#include "tests/profiler/recorded_session.h"

namespace plumbline {
namespace {

using analysis::Index;
using analysis::Recording;
using format::SampleClock;

constexpr std::int64_t kMillisecond = 1'000'000;

std::int64_t thread_cpu_ns() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

void spin(std::int64_t cpu_ns) {
  const std::int64_t end_ns = thread_cpu_ns() + cpu_ns;
  while (thread_cpu_ns() < end_ns) {
    for (int i = 0; i < 10'000; ++i) asm volatile("" : "+r"(i));
  }
}

std::uint64_t samples_of(const Recording& recording, Index thread) {
  std::uint64_t count = 0;
  for (const Index row : recording.samples.thread) count += row == thread ? 1 : 0;
  return count;
}

std::int64_t cpu_of(const Recording& recording, Index thread) {
  const auto& events = recording.events[thread];
  const auto kernel_ns = [](const format::Edge& edge) { return edge.cpu_ns - edge.stolen_ns; };
  return kernel_ns(events.back().edge) - kernel_ns(events.front().edge);
}

// A recording of threads that each take so much CPU.
Recording record_spinning(const std::string& options, std::int64_t cpu_ns, int threads = 1) {
  return record(options, [&] {
    std::vector<std::thread> spinning;
    for (int i = 0; i < threads; ++i) spinning.emplace_back([&] { spin(cpu_ns); });
    for (std::thread& thread : spinning) thread.join();
  });
}

bool perf_is_allowed() {
  const Recording recording = record("", [] {});
  return recording.settings.at("sampler") == "perf_task_clock_user";
}

// Every signal is a sample or a counted loss, and the periods of all that was expected are the CPU
// of the thread by another clock, but for the one that its end broke off (and what the thread ran
// before it joined). A signal may be a tick late; the longest there is has 10 ms.
void expect_conserved(const Recording& recording, Index thread, std::int64_t period_ns) {
  const format::ThreadSampling& sampling = recording.threads.sampling[thread];
  EXPECT_EQ(sampling.signals, samples_of(recording, thread) + sampling.dropped);
  constexpr std::int64_t kTickNs = 10 * kMillisecond;  // the longest of any kernel, HZ=100
  const std::int64_t slack_ns = kTickNs + 3 * period_ns;
  EXPECT_NEAR(double(sampling.asked_ns), double(cpu_of(recording, thread)), double(slack_ns));
}

// Fault: signals of a timer coalesce on the kernel's tick, and three of four samples are lost in
// silence. Seen in: golang/go#35057. Pass: they are counted, and the sum is the CPU.
TEST(Sampling, TheTimersOverrunsAreCounted) {
  const Recording recording = record_spinning("clock=timer,rate=2000", 400 * kMillisecond);
  ASSERT_EQ(recording.threads.size(), 2u);
  const format::ThreadSampling& sampling = recording.threads.sampling[1];
  EXPECT_EQ(sampling.clock, SampleClock::kThreadCpuTimer);
  EXPECT_GT(sampling.signals, 10u);
  EXPECT_GT(sampling.overruns, 0u);  // no kernel has a tick of 2 kHz
  EXPECT_EQ(sampling.unseen, 0u);
  expect_conserved(recording, 1, 500'000);
  // Periods between 0.5 and 1.5 of the mean, n >= 600 of them: the count is off by less than 6
  // standard deviations of their sum (0.29 / sqrt(n) = 1.2 %; false alarm < 1e-8), or the slack.
  const auto expected = double(sampling.signals + sampling.overruns + sampling.dropped);
  EXPECT_NEAR(expected, double(sampling.asked_ns) / 500'000, 0.08 * expected);
  EXPECT_EQ(recording.settings.at("lockstep_risk"), "yes");
  EXPECT_EQ(recording.counters.at("sampling.overruns"),
            std::int64_t(sampling.overruns + recording.threads.sampling[0].overruns));
}

TEST(Sampling, ThePerfClocksPeriodsAreTheCpu) {
  if (!perf_is_allowed()) GTEST_SKIP() << "perf_event_open is refused here";
  const Recording recording = record_spinning("clock=perf,rate=2000", 400 * kMillisecond);
  ASSERT_EQ(recording.threads.size(), 2u);
  const format::ThreadSampling& sampling = recording.threads.sampling[1];
  EXPECT_EQ(sampling.clock, SampleClock::kPerfTaskClock);
  EXPECT_GT(sampling.signals, 10u);
  EXPECT_EQ(sampling.overruns, 0u);
  expect_conserved(recording, 1, 500'000);
  EXPECT_EQ(recording.settings.at("lockstep_risk"), "no");
}

// Time in the kernel gives no signal to a clock that sees user mode only: the periods that ended
// there are counted as unseen.
TEST(Sampling, PeriodsThatEndInTheKernelAreUnseen) {
  if (!perf_is_allowed()) GTEST_SKIP() << "perf_event_open is refused here";
  const Recording recording = record("clock=perf,rate=2000", [] {
    std::thread([] {
      const std::int64_t end_ns = thread_cpu_ns() + 400 * kMillisecond;
      std::vector<char> memory(16 << 20);
      const int zero = open("/dev/zero", O_RDONLY);
      while (thread_cpu_ns() < end_ns) {
        EXPECT_EQ(read(zero, memory.data(), memory.size()), ssize_t(memory.size()));
      }
      close(zero);
    }).join();
  });
  const format::ThreadSampling& sampling = recording.threads.sampling[1];
  EXPECT_GT(sampling.unseen, sampling.signals);
  expect_conserved(recording, 1, 500'000);
}

// Fault: the profiler's descriptors leave the program none, or a thread without one is not sampled.
// Pass: the lower half of what may be opened is free, the other threads have the timer, counted.
TEST(Sampling, ThreadsBeyondHalfOfTheDescriptorsTakeTheTimer) {
  if (!perf_is_allowed()) GTEST_SKIP() << "perf_event_open is refused here";
  constexpr int kThreads = 40, kMostOpen = 64;  // 32 for us, two a thread
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit small{kMostOpen, before.rlim_max};
  std::vector<int> programs_own(10, -1);
  const Recording recording = record("clock=auto,rate=1000", [&] {
    setrlimit(RLIMIT_NOFILE, &small);
    std::barrier all_started(kThreads + 1), all_done(kThreads + 1);
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        all_started.arrive_and_wait();
        spin(20 * kMillisecond);
        all_done.arrive_and_wait();
      });
    }
    all_started.arrive_and_wait();
    for (int& fd : programs_own) fd = dup(STDERR_FILENO);
    for (const int fd : programs_own) close(fd);
    all_done.arrive_and_wait();
    for (std::thread& thread : threads) thread.join();
    setrlimit(RLIMIT_NOFILE, &before);
  });
  for (const int fd : programs_own) {
    EXPECT_GE(fd, 0);
    EXPECT_LT(fd, kMostOpen / 2);
  }
  std::int64_t by_timer = 0, by_perf = 0;
  std::uint64_t samples_by_timer = 0;
  for (Index row = 1; row < recording.threads.size(); ++row) {
    const SampleClock clock = recording.threads.sampling[row].clock;
    by_timer += clock == SampleClock::kThreadCpuTimer ? 1 : 0;
    by_perf += clock == SampleClock::kPerfTaskClock ? 1 : 0;
    expect_conserved(recording, row, kMillisecond);
    samples_by_timer += clock == SampleClock::kThreadCpuTimer ? samples_of(recording, row) : 0;
  }
  EXPECT_EQ(by_timer + by_perf, kThreads);
  EXPECT_GE(by_timer, kThreads - kMostOpen / 2);
  EXPECT_GE(by_perf, 1);
  EXPECT_GT(samples_by_timer, 0u);
  EXPECT_EQ(recording.counters.at("threads.without_perf"), by_timer);
  EXPECT_EQ(recording.counters.at("threads.without_sampler"), 0);
  EXPECT_EQ(recording.settings.at("lockstep_risk"), "some_threads");
}

double mean_period_ns(const Recording& recording, std::int64_t from_ns, std::int64_t to_ns) {
  double sum = 0;
  int count = 0;
  for (Index row = 0; row < recording.samples.size(); ++row) {
    const std::int64_t wall_ns = recording.samples.wall_ns[row];
    if (wall_ns < from_ns || wall_ns >= to_ns) continue;
    sum += double(recording.samples.period_ns[row]);
    ++count;
  }
  return count == 0 ? 0 : sum / count;
}

// 10 kHz cost far more than 1 % on any machine: a signal alone takes microseconds.
TEST(Sampling, TheRateFallsOverTheBudgetAndTheRecordingSaysSo) {
  const Recording recording =
      record_spinning("rate=10000,budget=1,clock=auto,flush_ms=5", 1'500 * kMillisecond);
  EXPECT_EQ(recording.settings.at("budget_percent"), "1");
  ASSERT_GE(recording.rate_changes.size(), 2u);
  const format::RateChange& first = recording.rate_changes[0];
  const format::RateChange& second = recording.rate_changes[1];
  EXPECT_EQ(first.old_period_ns, 100'000);
  EXPECT_EQ(first.new_period_ns, 200'000);
  EXPECT_EQ(second.old_period_ns, first.new_period_ns);
  EXPECT_GT(first.own_cpu_ns, first.process_cpu_ns / 100);
  EXPECT_LT(first.wall_ns, second.wall_ns);
  // The samples carry it: U(0.5, 1.5) around the mean in force, one sample late at most. 100
  // samples and more: 6 standard deviations of their mean are 17 % (false alarm < 1e-8).
  const double before = mean_period_ns(recording, 0, first.wall_ns);
  const double after = mean_period_ns(recording, first.wall_ns, second.wall_ns);
  EXPECT_NEAR(before, 100'000, 20'000);
  EXPECT_NEAR(after, 200'000, 40'000);
  EXPECT_GT(recording.counters.at("own.handlers_ns"), 0);
  EXPECT_GT(recording.counters.at("own.drain_ns"), 0);
}

TEST(Sampling, ARateThatWasAskedForIsKept) {
  const Recording recording =
      record_spinning("rate=10000,clock=auto,flush_ms=5", 600 * kMillisecond);
  EXPECT_EQ(recording.settings.at("budget_percent"), "0");
  EXPECT_EQ(recording.settings.at("rate_by"), "asked");
  EXPECT_TRUE(recording.rate_changes.empty());
}

}  // namespace
}  // namespace plumbline

// profiler/capture/edge_clock.h: exact totals, one snapshot, edges inside edges.
#include "profiler/capture/edge_clock.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "profiler/base/counter.h"

namespace plumbline::capture {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;

void spin_ns(std::int64_t nanoseconds) {
  const std::int64_t end_ns = base::thread_cpu_ns() + nanoseconds;
  while (base::thread_cpu_ns() < end_ns) {
  }
}

void pin_to(std::size_t cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  sched_setaffinity(0, sizeof set, &set);
}

// Another process that spins on the same CPU.
class Competitor {
 public:
  Competitor() : pid_(fork()) {
    if (pid_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (true) spin_ns(kMillisecond);
  }
  ~Competitor() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

 private:
  pid_t pid_;
};

// All ways of taking edges: by either switch flag, and by the thread clock alone.
class EdgeClockTest : public testing::TestWithParam<SwitchWitness> {
 protected:
  void SetUp() override {
    const SwitchWitness witness = GetParam();
    if (witness == SwitchWitness::kRseq && !base::SwitchFlag::of_this_thread().available()) {
      GTEST_SKIP() << "no rseq area";
    }
    if (base::SwitchRing ring; witness == SwitchWitness::kRing) {
      if (!ring.open()) GTEST_SKIP() << "no perf events";
      ring.close();
    }
    const base::TickAnchor first = base::read_tick_anchor();
    usleep(5'000);
    edge_clock_mode.scale.set(first, base::read_tick_anchor());
    edge_clock_mode.max_age_ticks = edge_clock_mode.scale.to_ticks(kMillisecond);
    edge_clock_mode.witness = witness;
    schedstat_fd_ = open_schedstat(base::sys::gettid());
    clock_.begin(base::sys::gettid(), schedstat_fd_);
  }
  void TearDown() override {
    clock_.end();
    if (schedstat_fd_ >= 0) close(schedstat_fd_);
    base::SwitchFlag flag = base::SwitchFlag::of_this_thread();
    if (flag.available()) flag.disarm();
  }

  // wall less everything that was measured.
  static std::int64_t unexplained(const Edge& from, const Edge& to) {
    return (to.wall_ns - from.wall_ns) - (to.cpu_ns - from.cpu_ns) -
           (to.run_delay_ns - from.run_delay_ns);
  }

  int schedstat_fd_ = -1;
  EdgeClock clock_;
};

// An edge, and the kernel's own clock read just before and just after it.
struct BracketedEdge {
  std::int64_t kernel_before_ns;
  Edge edge;
  std::int64_t kernel_after_ns;
};

BracketedEdge take_bracketed(EdgeClock& clock) {
  const std::int64_t before_ns = base::thread_cpu_ns();
  const Edge edge = clock.take();
  return {before_ns, edge, base::thread_cpu_ns()};
}

// CPU between two edges lies between what the kernel says from inner and from outer reads. The
// slack is the time in the kernel between taking the clock's value and returning it.
void expect_kernel_agrees(const BracketedEdge& from, const BracketedEdge& to) {
  constexpr std::int64_t kSlackNs = 2'000;
  const std::int64_t ours_ns =
      (to.edge.cpu_ns - to.edge.stolen_ns) - (from.edge.cpu_ns - from.edge.stolen_ns);
  EXPECT_GE(ours_ns, to.kernel_before_ns - from.kernel_after_ns - kSlackNs);
  EXPECT_LE(ours_ns, to.kernel_after_ns - from.kernel_before_ns + kSlackNs);
}

TEST_P(EdgeClockTest, CpuAgreesWithTheThreadClockUnderContention) {
  pin_to(static_cast<std::size_t>(sched_getcpu()));
  const Competitor competitor;
  const BracketedEdge first = take_bracketed(clock_);
  for (int i = 0; i < 400; ++i) {
    spin_ns(200'000);
    clock_.take();
  }
  const BracketedEdge last = take_bracketed(clock_);
  expect_kernel_agrees(first, last);
  EXPECT_GT(last.edge.run_delay_ns - first.edge.run_delay_ns, 0) << "the competitor never ran";
}

// Fault: clocks read one after another, a switch between them; -5.4 ms was seen.
// Pass: no interval claims more CPU and run queue than there was wall time, beyond clock noise.
TEST_P(EdgeClockTest, NoIntervalIsTornByASwitch) {
  pin_to(static_cast<std::size_t>(sched_getcpu()));
  const Competitor competitor;
  constexpr std::int64_t kWorstNs = 100'000;
  Edge previous = clock_.take();
  for (int i = 0; i < 2'000; ++i) {
    spin_ns(20'000 + (i * 7919) % 100'000);
    const Edge edge = clock_.take();
    ASSERT_GE(edge.wall_ns, previous.wall_ns);
    ASSERT_GE(edge.cpu_ns, previous.cpu_ns);
    ASSERT_GT(unexplained(previous, edge), -kWorstNs) << "interval " << i;
    previous = edge;
  }
  EXPECT_EQ(base::read(clock_.figures().torn), 0u);
}

// Fault: counter and clock are read with a delay between them (cold caches behind a switch, an
// interrupt, the host), and every edge until the next synchronisation is late by it.
// Seen in: event_flood: 2,000 of 240,000 spans late by up to 2 us, 0.05-0.14 % of time in the span
// before. Pass: no edge is later than the clock that is read behind it, beyond the 0.2 us that a
// reading may take. That four readings in a row are all disturbed, one in 1e3 each: 4e-10 in 400.
TEST_P(EdgeClockTest, NoEdgeIsLaterThanTheClockBehindIt) {
  pin_to(static_cast<std::size_t>(sched_getcpu()));
  const Competitor competitor;
  constexpr std::int64_t kReadingNs = 300;
  std::int64_t latest_ns = 0;
  for (int i = 0; i < 400; ++i) {
    spin_ns(100'000 + (i * 7919) % 100'000);
    for (int edges = 0; edges < 10; ++edges) {
      const Edge edge = clock_.take();
      latest_ns = std::max(latest_ns, edge.wall_ns - base::monotonic_ns());
    }
  }
  EXPECT_LE(latest_ns, kReadingNs);
}

TEST_P(EdgeClockTest, ASleepIsAVoluntarySwitchAndNoCpu) {
  const Edge before = clock_.take();
  usleep(10'000);
  const Edge after = clock_.take();
  EXPECT_EQ(after.voluntary_switches - before.voluntary_switches, 1u);
  EXPECT_GE(unexplained(before, after), 9 * kMillisecond);
  EXPECT_LT(after.cpu_ns - before.cpu_ns, kMillisecond);
}

EdgeClock* interrupted_clock = nullptr;
volatile sig_atomic_t edges_in_handler = 0;
volatile sig_atomic_t edges_inside_edges = 0;
void take_edge_in_handler(int) {
  if (interrupted_clock->busy()) edges_inside_edges = edges_inside_edges + 1;
  interrupted_clock->take();
  edges_in_handler = edges_in_handler + 1;
}

// Fault: a handler that takes an edge inside an edge tears the pair (cpu, tick).
// Pass: time never goes back and the total stays the kernel's.
TEST_P(EdgeClockTest, EdgesMayNest) {
  interrupted_clock = &clock_;
  edges_in_handler = 0;
  edges_inside_edges = 0;
  struct sigaction action {
  }, before{};
  action.sa_handler = take_edge_in_handler;
  sigaction(SIGALRM, &action, &before);
  const itimerval often{{0, 100}, {0, 100}};
  setitimer(ITIMER_REAL, &often, nullptr);
  const BracketedEdge first = take_bracketed(clock_);
  Edge previous = first.edge;
  while (edges_in_handler < 2'000 || edges_inside_edges < 20) {
    const Edge edge = clock_.take();
    ASSERT_GE(edge.wall_ns, previous.wall_ns);
    ASSERT_GE(edge.cpu_ns, previous.cpu_ns);
    previous = edge;
  }
  const itimerval never{};
  setitimer(ITIMER_REAL, &never, nullptr);
  expect_kernel_agrees(first, take_bracketed(clock_));
  sigaction(SIGALRM, &before, nullptr);
  EXPECT_GE(base::read(clock_.figures().nested), static_cast<std::uint32_t>(edges_inside_edges));
}

TEST_P(EdgeClockTest, AnotherThreadSeesTheSameClocks) {
  spin_ns(kMillisecond);
  const Edge own = clock_.take();
  const Edge remote = clock_.remote_edge();
  EXPECT_GE(remote.wall_ns, own.wall_ns);
  EXPECT_GE(remote.cpu_ns, own.cpu_ns);
  EXPECT_LT(remote.cpu_ns - own.cpu_ns, kMillisecond);
}

// Fault: a child that came by a bare fork reads its parent's ring, which the kernel unmapped there.
// Pass: it takes edges, by its clocks.
TEST_P(EdgeClockTest, AChildOfABareForkTakesEdges) {
  clock_.take();  // opens the ring
  ASSERT_EQ(madvise(&edge_clock_mode, sizeof edge_clock_mode, MADV_WIPEONFORK), 0);
  const auto child = static_cast<pid_t>(syscall(SYS_fork));
  if (child == 0) {
    const Edge first = clock_.take();
    const Edge second = clock_.take();
    _exit(second.wall_ns > first.wall_ns ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  madvise(&edge_clock_mode, sizeof edge_clock_mode, MADV_KEEPONFORK);
}

std::uint32_t voluntary_switches() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return static_cast<std::uint32_t>(usage.ru_nvcsw);
}

// More switches than a ring has room for, between two edges.
TEST_P(EdgeClockTest, ManySwitchesBetweenTwoEdgesAreNotMissed) {
  clock_.take();
  for (int i = 0; i < 1'000; ++i) base::sys::sleep_ns(10'000);
  const Edge middle = clock_.take();
  EXPECT_EQ(middle.voluntary_switches, voluntary_switches());
  usleep(100);
  const Edge after = clock_.take();
  EXPECT_EQ(after.voluntary_switches, middle.voluntary_switches + 1);
}

INSTANTIATE_TEST_SUITE_P(Modes, EdgeClockTest,
                         testing::Values(SwitchWitness::kRseq, SwitchWitness::kRing,
                                         SwitchWitness::kNone),
                         [](const auto& mode) {
                           switch (mode.param) {
                             case SwitchWitness::kRseq:
                               return "Rseq";
                             case SwitchWitness::kRing:
                               return "SwitchRing";
                             case SwitchWitness::kNone:
                               break;
                           }
                           return "ThreadClock";
                         });

}  // namespace
}  // namespace plumbline::capture

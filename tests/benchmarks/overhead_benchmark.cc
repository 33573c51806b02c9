// What sampling costs a busy thread: slices of the same work with the profiler off, at its default
// rate and at 1 kHz, in random order in one process.
//
// Run by `./dev bench`. The cost is in the thread's own CPU time (the drain thread's is not in it;
// `plumbline info` states that). Beside it, without the profiler: the interrupts alone, with a
// record that the kernel writes and no signal, than which nothing that samples on time is cheaper;
// and the same signals to a handler that does nothing. `off again` shows what off differs from
// itself. Before each slice: the same pause, in which the profiler starts, and some of the work
// untimed, since a pause leaves the caches cold. Printed: the median over rounds of the ratio to
// off, less one, its 95 % bootstrap interval, and the smallest effect that this many rounds show
// with a power of 80 %.
// Usage: overhead_benchmark [--rounds=N] [Google Benchmark's options, which are ignored]
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/perf_event.h>
#include <plumbline/profiler.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "harness/statistics/bootstrap.h"
#include "harness/statistics/detectable_effect.h"

namespace {

constexpr double kSliceMs = 50;

enum class Means { kNothing, kInterrupts, kSignals, kProfiler };

struct Mode {
  std::string_view name;
  Means means;
  std::uint64_t rate_hz;
  std::string_view aim;
};
constexpr std::array<Mode, 8> kModes = {
    {{"off", Means::kNothing, 0, ""},
     {"off again", Means::kNothing, 0, ""},
     {"199 interrupts a second", Means::kInterrupts, 199, ""},
     {"199 bare signals a second", Means::kSignals, 199, ""},
     {"profiler, 199 Hz (default)", Means::kProfiler, 199, ", aim <= 0.5 %"},
     {"1,000 interrupts a second", Means::kInterrupts, 1'000, ""},
     {"1,000 bare signals a second", Means::kSignals, 1'000, ""},
     {"profiler, 1 kHz", Means::kProfiler, 1'000, ", aim <= 2 %"}}};

using Round = std::array<double, kModes.size()>;  // CPU ms of each mode's slice

double thread_cpu_ms() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

// Computes, and walks through memory that does not fit into the first cache.
std::uint64_t work(std::uint64_t steps) {
  static std::vector<std::uint64_t> memory(1 << 15);
  std::uint64_t state = 88172645463325252u;
  for (std::uint64_t i = 0; i < steps; ++i) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    std::uint64_t& cell = memory[state % memory.size()];
    cell = cell * 3 + state;
  }
  return state;
}

double timed(std::uint64_t steps) {
  const double begin_ms = thread_cpu_ms();
  volatile std::uint64_t result = work(steps);
  static_cast<void>(result);
  return thread_cpu_ms() - begin_ms;
}

std::uint64_t steps_of_a_slice() {
  constexpr std::uint64_t kTrial = 2'000'000;
  timed(kTrial);
  return static_cast<std::uint64_t>(static_cast<double>(kTrial) * kSliceMs / timed(kTrial));
}

// While it lives, perf's task clock of the calling thread runs out so many times a second: for an
// empty handler of SIGURG, or for nothing but the kernel's record of where that was.
class BareClock {
 public:
  BareClock(std::uint64_t rate_hz, bool with_signals) {
    perf_event_attr attributes{};
    attributes.size = sizeof attributes;
    attributes.type = PERF_TYPE_SOFTWARE;
    attributes.config = PERF_COUNT_SW_TASK_CLOCK;
    attributes.sample_type = PERF_SAMPLE_IP;
    attributes.sample_period = 1'000'000'000 / rate_hz;
    attributes.exclude_kernel = 1;
    attributes.exclude_hv = 1;
    attributes.watermark = with_signals ? 0 : 1;
    attributes.wakeup_events = with_signals ? 1 : kNeverBytes;
    attributes.disabled = 1;
    fd_ = static_cast<int>(syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0));
    if (with_signals) {
      signals();
    } else {
      ring_ = mmap(nullptr, kRingBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0);
    }
    if (ring_ == MAP_FAILED || ioctl(fd_, PERF_EVENT_IOC_ENABLE, 0) != 0) {
      fmt::print(stderr, "overhead_benchmark: perf events are refused here\n");
      std::exit(2);
    }
  }
  ~BareClock() {
    if (ring_ != nullptr) munmap(ring_, kRingBytes);
    close(fd_);
    if (ring_ == nullptr) sigaction(SIGURG, &before_, nullptr);
  }
  BareClock(const BareClock&) = delete;
  BareClock& operator=(const BareClock&) = delete;

 private:
  static constexpr std::size_t kRingBytes = (1 + 8) * 4096;
  static constexpr std::uint32_t kNeverBytes = 1u << 30;

  void signals() {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    action.sa_flags = SA_RESTART;
    sigaction(SIGURG, &action, &before_);
    const f_owner_ex owner{F_OWNER_TID, gettid()};
    fcntl(fd_, F_SETOWN_EX, &owner);
    fcntl(fd_, F_SETSIG, SIGURG);
    fcntl(fd_, F_SETFL, O_ASYNC | O_NONBLOCK);
  }

  int fd_ = -1;
  void* ring_ = nullptr;
  struct sigaction before_ {};
};

void start_profiler(std::uint64_t rate_hz, const std::filesystem::path& output) {
  constexpr std::uint64_t kDefaultHz = 199;
  const std::string options = rate_hz == kDefaultHz ? "" : "rate=" + std::to_string(rate_hz);
  std::filesystem::remove(output);
  const std::string problem = plumbline::StartProfiler({.output = output, .options = options});
  if (problem.empty()) return;
  fmt::print(stderr, "overhead_benchmark: {}\n", problem);
  std::exit(2);
}

double timed_in(const Mode& mode, std::uint64_t steps, const std::filesystem::path& output) {
  constexpr int kPauseUs = 20'000;  // what the profiler's start takes is not what sampling takes
  const bool profiled = mode.means == Means::kProfiler;
  if (profiled) start_profiler(mode.rate_hz, output);
  usleep(kPauseUs);
  std::optional<BareClock> clock;
  if (mode.means == Means::kInterrupts) clock.emplace(mode.rate_hz, /*with_signals=*/false);
  if (mode.means == Means::kSignals) clock.emplace(mode.rate_hz, /*with_signals=*/true);
  timed(steps / 5);
  const double cpu_ms = timed(steps);
  if (profiled) plumbline::StopProfiler();
  return cpu_ms;
}

// Within rounds, since what the host takes changes from one to the next.
void report(const std::vector<Round>& rounds, std::size_t mode, std::uint64_t seed) {
  std::vector<double> treated, off;
  for (const Round& round : rounds) {
    treated.push_back(round[mode]);
    off.push_back(round[0]);
  }
  using namespace plumbline::harness;
  const RatioEstimate cost = paired_ratio(treated, off, {.seed = seed});
  const auto percent = [](double ratio) { return 100 * (ratio - 1); };
  fmt::print("{:28} {:+.2f} % of a busy thread [{:+.2f}, {:+.2f}], detectable {:.2f}{}\n",
             kModes[mode].name, percent(cost.ratio), percent(cost.interval.lo),
             percent(cost.interval.hi), 100 * detectable_effect(cost.standard_error),
             kModes[mode].aim);
}

std::size_t rounds_asked_for(int count, char** words) {
  std::size_t rounds = 100;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    constexpr std::string_view kKey = "--rounds=";
    if (!word.starts_with(kKey)) continue;
    std::from_chars(word.data() + kKey.size(), word.data() + word.size(), rounds);
  }
  return std::max<std::size_t>(rounds, 6);  // fewer have no interval
}

}  // namespace

int main(int count, char** words) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(1, &one);
  sched_setaffinity(0, sizeof one, &one);
  const std::uint64_t seed = std::random_device{}();
  std::mt19937_64 random(seed);
  const auto output = std::filesystem::temp_directory_path() /
                      ("plumbline-overhead-" + std::to_string(getpid()) + ".plumb");
  const std::uint64_t steps = steps_of_a_slice();
  std::vector<Round> rounds(rounds_asked_for(count, words));
  for (Round& round : rounds) {
    std::array<std::size_t, kModes.size()> order;
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::shuffle(order.begin(), order.end(), random);
    for (const std::size_t mode : order) round[mode] = timed_in(kModes[mode], steps, output);
  }
  std::filesystem::remove(output);
  fmt::print("overhead: {} rounds of slices of {} ms, seed {}\n", rounds.size(), kSliceMs, seed);
  for (std::size_t mode = 1; mode < kModes.size(); ++mode) report(rounds, mode, seed);
}

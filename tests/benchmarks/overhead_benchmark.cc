// What sampling costs a busy thread: slices of the same work with the profiler off, at its default
// rate and at 1 kHz, in random order in one process.
//
// Run by `./dev bench`. The cost is in the thread's own CPU time (the drain thread's is not in it;
// `plumbline info` states that). Beside it, without the profiler: the same signals to a handler
// that does nothing, than which nothing that samples by signals can be cheaper. Printed: the ratio
// of medians less one, its 95 % bootstrap interval over rounds, and the smallest effect that this
// many rounds show with a power of 80 %.
// Usage: overhead_benchmark [--rounds=N] [Google Benchmark's options, which are ignored]
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/perf_event.h>
#include <plumbline/profiler.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr double kSliceMs = 50;

struct Mode {
  std::string_view name;
  const char* options;            // null: not recording
  std::uint64_t bare_signals_hz;  // without the profiler
  std::string_view aim;
};
constexpr std::array<Mode, 5> kModes = {{{"off", nullptr, 0, ""},
                                         {"199 bare signals a second", nullptr, 199, ""},
                                         {"profiler, 199 Hz (default)", "", 0, ", aim <= 0.5 %"},
                                         {"1,000 bare signals a second", nullptr, 1'000, ""},
                                         {"profiler, 1 kHz", "rate=1000", 0, ", aim <= 2 %"}}};

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

// While it lives, the calling thread gets SIGURG from perf's task clock, for an empty handler.
class BareSignals {
 public:
  explicit BareSignals(std::uint64_t rate_hz) {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    action.sa_flags = SA_RESTART;
    sigaction(SIGURG, &action, &before_);
    perf_event_attr attributes{};
    attributes.size = sizeof attributes;
    attributes.type = PERF_TYPE_SOFTWARE;
    attributes.config = PERF_COUNT_SW_TASK_CLOCK;
    attributes.sample_period = 1'000'000'000 / rate_hz;
    attributes.exclude_kernel = 1;
    attributes.exclude_hv = 1;
    attributes.wakeup_events = 1;
    attributes.disabled = 1;
    fd_ = static_cast<int>(syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0));
    const f_owner_ex owner{F_OWNER_TID, gettid()};
    fcntl(fd_, F_SETOWN_EX, &owner);
    fcntl(fd_, F_SETSIG, SIGURG);
    fcntl(fd_, F_SETFL, O_ASYNC | O_NONBLOCK);
    ioctl(fd_, PERF_EVENT_IOC_ENABLE, 0);
  }
  ~BareSignals() {
    close(fd_);
    sigaction(SIGURG, &before_, nullptr);
  }
  BareSignals(const BareSignals&) = delete;
  BareSignals& operator=(const BareSignals&) = delete;

 private:
  int fd_ = -1;
  struct sigaction before_ {};
};

double timed_in(const Mode& mode, std::uint64_t steps, const std::filesystem::path& output) {
  std::filesystem::remove(output);
  if (mode.bare_signals_hz != 0) {
    const BareSignals signals(mode.bare_signals_hz);
    return timed(steps);
  }
  if (mode.options == nullptr) return timed(steps);
  const std::string problem = plumbline::StartProfiler({.output = output, .options = mode.options});
  if (!problem.empty()) {
    fmt::print(stderr, "overhead_benchmark: {}\n", problem);
    std::exit(2);
  }
  usleep(20'000);  // what the start takes is not what sampling takes
  const double cpu_ms = timed(steps);
  plumbline::StopProfiler();
  return cpu_ms;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Per cent that `mode` takes more than off, over rounds that `pick` chooses.
template <class Pick>
double cost_percent(const std::vector<Round>& rounds, std::size_t mode, Pick pick) {
  std::vector<double> off, on;
  for (std::size_t i = 0; i < rounds.size(); ++i) {
    const Round& round = rounds[pick(i)];
    off.push_back(round[0]);
    on.push_back(round[mode]);
  }
  return 100 * (median(on) / median(off) - 1);
}

void report(const std::vector<Round>& rounds, std::size_t mode, std::mt19937_64& random) {
  constexpr int kResamples = 2'000;
  constexpr double kPowerOf80 = 1.96 + 0.84;  // standard errors, two-sided 5 %
  const double cost = cost_percent(rounds, mode, [](std::size_t i) { return i; });
  std::uniform_int_distribution<std::size_t> any(0, rounds.size() - 1);
  std::vector<double> costs;
  double sum = 0, squares = 0;
  for (int i = 0; i < kResamples; ++i) {
    costs.push_back(cost_percent(rounds, mode, [&](std::size_t) { return any(random); }));
    sum += costs.back();
    squares += costs.back() * costs.back();
  }
  std::sort(costs.begin(), costs.end());
  const double error =
      std::sqrt(std::max(0.0, squares / kResamples - sum * sum / kResamples / kResamples));
  fmt::print("{:28} {:+.2f} % of a busy thread [{:+.2f}, {:+.2f}], detectable {:.2f}{}\n",
             kModes[mode].name, cost, costs[kResamples / 40], costs[kResamples - kResamples / 40],
             kPowerOf80 * error, kModes[mode].aim);
}

std::size_t rounds_asked_for(int count, char** words) {
  std::size_t rounds = 100;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    constexpr std::string_view kKey = "--rounds=";
    if (!word.starts_with(kKey)) continue;
    std::from_chars(word.data() + kKey.size(), word.data() + word.size(), rounds);
  }
  return std::max<std::size_t>(rounds, 5);
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
  for (std::size_t mode = 1; mode < kModes.size(); ++mode) report(rounds, mode, random);
}

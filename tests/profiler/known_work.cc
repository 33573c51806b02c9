// Time inside a piece is watched by the processor's counter, which is no system call: the thread
// clock is read once where one piece ends and the next begins, and nowhere else. So nearly all CPU
// is in user mode, and a piece that lost its CPU for a while only ends late or early: the next ends
// at its own time again, and the truth is what the thread clock said.
#include "tests/profiler/known_work.h"

#include <fcntl.h>
#include <plumbline/trace.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#include <array>
#include <cassert>
#include <chrono>

namespace plumbline::test {

namespace {

constexpr std::int64_t kMicrosecondNs = 1'000;
constexpr std::int64_t kMillisecondNs = 1'000'000;

std::int64_t thread_cpu_ns() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

double measured_ticks_per_ns() {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  const std::uint64_t begin_ticks = __rdtsc();
  while (Clock::now() - begin < std::chrono::milliseconds(20)) {
  }
  const auto spent_ticks = static_cast<double>(__rdtsc() - begin_ticks);
  return spent_ticks / std::chrono::duration<double, std::nano>(Clock::now() - begin).count();
}

// The counter's value when the thread will have spent `more_ns`, if it keeps its CPU.
std::uint64_t ticks_after(std::int64_t more_ns) {
  static const double ticks_per_ns = measured_ticks_per_ns();
  if (more_ns <= 0) return 0;
  return __rdtsc() + static_cast<std::uint64_t>(static_cast<double>(more_ns) * ticks_per_ns);
}

// About 80 ns. Not inlined: the shares are its callers'.
[[gnu::noinline]] std::uint64_t leaf(std::uint64_t value) {
  for (int i = 0; i < 40; ++i) {
    value ^= value << 13;
    value ^= value >> 7;
    value ^= value << 17;
  }
  return value;
}

// Distinct seeds keep the compiler from folding equal functions into one.
template <std::uint64_t kSeed>
[[gnu::always_inline]] inline void work_until(std::uint64_t end_ticks) {
  std::uint64_t value = kSeed;
  while (__rdtsc() < end_ticks) value = leaf(value + kSeed);
  asm volatile("" : : "r"(value));
}

}  // namespace

extern "C" {
[[gnu::noinline]] void work_1(std::uint64_t end) { work_until<1>(end); }
[[gnu::noinline]] void work_2(std::uint64_t end) { work_until<2>(end); }
[[gnu::noinline]] void work_3(std::uint64_t end) { work_until<3>(end); }
[[gnu::noinline]] void work_4(std::uint64_t end) { work_until<4>(end); }
[[gnu::noinline]] void work_5(std::uint64_t end) { work_until<5>(end); }
[[gnu::noinline]] void work_6(std::uint64_t end) { work_until<6>(end); }
[[gnu::noinline]] void work_7(std::uint64_t end) { work_until<7>(end); }
[[gnu::noinline]] void work_8(std::uint64_t end) { work_until<8>(end); }
[[gnu::noinline]] void work_9(std::uint64_t end) { work_until<9>(end); }
[[gnu::noinline]] void work_10(std::uint64_t end) { work_until<10>(end); }
[[gnu::noinline]] void spin(std::uint64_t end) { work_until<11>(end); }
[[gnu::noinline]] void short_work(std::uint64_t end) { work_until<12>(end); }
[[gnu::noinline]] void long_work(std::uint64_t end) { work_until<13>(end); }

[[gnu::noinline]] void touch_pages(std::uint64_t end) {
  constexpr std::size_t kPage = 4096, kBytes = 256 * kPage;
  while (__rdtsc() < end) {
    void* pages = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert(pages != MAP_FAILED);
    auto* bytes = static_cast<volatile char*>(pages);
    for (std::size_t at = 0; at < kBytes; at += kPage) bytes[at] = 1;
    munmap(pages, kBytes);
  }
}

// One call for the whole turn, by the instruction itself: no hook sees it.
[[gnu::noinline]] void read_zeros(int zeros, char* buffer, std::size_t bytes) {
  long result = SYS_read;
  asm volatile("syscall"
               : "+a"(result)
               : "D"(zeros), "S"(buffer), "d"(bytes)
               : "rcx", "r11", "memory");
  assert(result == static_cast<long>(bytes));
}
}

namespace {

using Work = void (*)(std::uint64_t end_ticks);

struct NamedWork {
  const char* name;
  Work run;
};

constexpr std::array<NamedWork, 10> kRound = {{{"work_1", work_1},
                                               {"work_2", work_2},
                                               {"work_3", work_3},
                                               {"work_4", work_4},
                                               {"work_5", work_5},
                                               {"work_6", work_6},
                                               {"work_7", work_7},
                                               {"work_8", work_8},
                                               {"work_9", work_9},
                                               {"work_10", work_10}}};

// A buffer that /dev/zero fills in `turn_ns` of CPU.
class Zeros {
 public:
  explicit Zeros(std::int64_t turn_ns) : descriptor_(open("/dev/zero", O_RDONLY | O_CLOEXEC)) {
    void* memory = mmap(nullptr, kMostBytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    assert(descriptor_ >= 0 && memory != MAP_FAILED);
    buffer_ = static_cast<char*>(memory);
    read_all();
    const std::int64_t before_ns = thread_cpu_ns();
    read_all();
    const std::int64_t once_ns = thread_cpu_ns() - before_ns;
    times_ = static_cast<int>((turn_ns + once_ns / 2) / once_ns);
    if (times_ < 1) times_ = 1;
  }
  ~Zeros() {
    munmap(buffer_, kMostBytes);
    close(descriptor_);
  }
  Zeros(const Zeros&) = delete;
  Zeros& operator=(const Zeros&) = delete;

  void read_all() const { read_zeros(descriptor_, buffer_, kMostBytes); }
  int times() const { return times_; }

 private:
  static constexpr std::size_t kMostBytes = 64 << 20;
  int descriptor_;
  char* buffer_ = nullptr;
  int times_ = 1;
};

}  // namespace

CpuByFunction work_in_rounds(std::int64_t round_ns, std::int64_t cpu_ns) {
  constexpr std::int64_t kParts = 55;
  CpuByFunction spent_ns;
  ticks_after(0);
  const auto span = GetTracer("test").StartActiveSpan("rounds");
  const std::int64_t begin_ns = thread_cpu_ns();
  std::int64_t now_ns = begin_ns;
  for (std::int64_t round_begin_ns = begin_ns; round_begin_ns - begin_ns < cpu_ns;
       round_begin_ns += round_ns) {
    std::int64_t parts = 0;
    for (std::size_t i = 0; i < kRound.size(); ++i) {
      parts += static_cast<std::int64_t>(i) + 1;
      kRound[i].run(ticks_after(round_begin_ns + round_ns * parts / kParts - now_ns));
      const std::int64_t end_ns = thread_cpu_ns();
      spent_ns[kRound[i].name] += end_ns - now_ns;
      now_ns = end_ns;
    }
  }
  return spent_ns;
}

namespace {

// One turn of one function, under an endpoint of its name.
template <class Turn>
void turn_of(const char* name, CpuByFunction& spent_ns, const Turn& turn) {
  const auto span = GetTracer("test").StartActiveSpan(name);
  const std::int64_t begin_ns = thread_cpu_ns();
  turn();
  spent_ns[name] += thread_cpu_ns() - begin_ns;
}

}  // namespace

CpuByFunction work_in_kernel(std::int64_t turn_ns, std::int64_t cpu_ns) {
  CpuByFunction spent_ns;
  ticks_after(0);
  const Zeros zeros(turn_ns);
  const std::int64_t begin_ns = thread_cpu_ns();
  while (thread_cpu_ns() - begin_ns < cpu_ns) {
    turn_of("read_zeros", spent_ns, [&] {
      for (int i = 0; i < zeros.times(); ++i) zeros.read_all();
    });
    // What the others owe: their turns are as long as the reads were so far.
    const std::int64_t reads_ns = spent_ns["read_zeros"];
    turn_of("touch_pages", spent_ns,
            [&] { touch_pages(ticks_after(reads_ns - spent_ns["touch_pages"])); });
    turn_of("spin", spent_ns, [&] { spin(ticks_after(reads_ns - spent_ns["spin"])); });
  }
  return spent_ns;
}

CpuByFunction work_in_short_and_long_spans(std::int64_t cpu_ns) {
  constexpr int kLongOneOf = 10;
  CpuByFunction spent_ns;
  ticks_after(0);
  const auto tracer = GetTracer("test");
  const std::int64_t first_ns = thread_cpu_ns();
  for (int i = 1; thread_cpu_ns() - first_ns < cpu_ns; ++i) {
    const bool is_long = i % kLongOneOf == 0;
    const auto span = tracer->StartActiveSpan("pooled");
    // The function alone: what starting a span costs is 1 % of a short one.
    const std::int64_t begin_ns = thread_cpu_ns();
    if (is_long) {
      long_work(ticks_after(20 * kMillisecondNs));
    } else {
      short_work(ticks_after(200 * kMicrosecondNs));
    }
    spent_ns[is_long ? "long_work" : "short_work"] += thread_cpu_ns() - begin_ns;
  }
  return spent_ns;
}

}  // namespace plumbline::test

#include "profiler/session/switch_flag_test.h"

#include <pthread.h>
#include <sched.h>

#include <atomic>

#include "profiler/base/clock.h"
#include "profiler/base/counter.h"
#include "profiler/base/switch_flag.h"
#include "profiler/base/sys.h"
#include "profiler/session/own_thread.h"

namespace plumbline::session {

namespace {

using base::SwitchFlag;
using base::sys::address;
using base::sys::call;
using capture::SwitchWitness;

constexpr std::int64_t kShortSleepNs = 50'000;
constexpr std::int64_t kPreemptionLimitNs = 200'000'000;

// The flag of the calling thread, for as long as it is tested.
class TestedFlag {
 public:
  explicit TestedFlag(SwitchWitness witness) {
    if (witness == SwitchWitness::kRseq) flag_ = SwitchFlag::of_this_thread();
    if (witness == SwitchWitness::kRing && ring_.open()) flag_ = ring_.flag();
  }
  ~TestedFlag() {
    if (flag_.available()) flag_.disarm();
    ring_.close();
  }
  TestedFlag(const TestedFlag&) = delete;
  TestedFlag& operator=(const TestedFlag&) = delete;

  SwitchFlag& flag() { return flag_; }

 private:
  base::SwitchRing ring_;
  SwitchFlag flag_;
};

bool cleared_by_sleep(SwitchFlag& flag) {
  flag.arm();
  base::sys::sleep_ns(kShortSleepNs);
  return !flag.armed();
}

bool cleared_by_futex(SwitchFlag& flag) {
  const std::uint32_t never_changes = 0;
  flag.arm();
  base::sys::futex_wait(&never_changes, 0, kShortSleepNs);
  return !flag.armed();
}

rusage thread_usage() {
  rusage usage{};
  base::sys::getrusage(RUSAGE_THREAD, &usage);
  return usage;
}

// What the testing thread and its helper share. Both run on one CPU: the tester wakes up there
// again and again, until that has preempted the helper. (A helper in the idle class would be
// preempted at once, but on a busy machine it hardly ran at all: 100 ms for the test.)
struct Partner {
  int pipe[2] = {-1, -1};
  int cpu = 0;
  std::atomic<bool> wants_byte{true};
  std::atomic<bool> done{false};
  SwitchWitness witness;
  const std::atomic<bool>& abandoned;
  bool cleared_by_pipe = false;
  bool cleared_by_preemption = false;
};

void pin_to(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(cpu), &set);
  call(SYS_sched_setaffinity, 0, sizeof set, address(&set));
}

// Reads until one read has really blocked.
bool read_until_blocked(SwitchFlag& flag, int fd, const std::atomic<bool>& abandoned) {
  bool blocked = false, armed = true;
  while (!blocked && !base::read(abandoned)) {
    char byte = 0;
    const long before = thread_usage().ru_nvcsw;
    flag.arm();
    if (call(SYS_read, fd, address(&byte), 1) != 1) return false;
    armed = flag.armed();
    blocked = thread_usage().ru_nvcsw != before;
  }
  return !armed;
}

// False also when no preemption came in time: not proved is not trusted.
bool spin_until_preempted(SwitchFlag& flag, const std::atomic<bool>& abandoned) {
  const std::int64_t end_ns = base::monotonic_ns() + kPreemptionLimitNs;
  const long before = thread_usage().ru_nivcsw;
  flag.arm();
  while (thread_usage().ru_nivcsw == before) {
    if (base::monotonic_ns() > end_ns || base::read(abandoned)) return false;
  }
  return !flag.armed();
}

void* run_partner(void* argument) {
  auto& partner = *static_cast<Partner*>(argument);
  become_own_thread();
  TestedFlag tested(partner.witness);
  pin_to(partner.cpu);
  if (tested.flag().available()) {
    partner.cleared_by_pipe = read_until_blocked(tested.flag(), partner.pipe[0], partner.abandoned);
    partner.wants_byte.store(false, std::memory_order_release);
    partner.cleared_by_preemption = spin_until_preempted(tested.flag(), partner.abandoned);
  }
  partner.done.store(true, std::memory_order_release);
  return nullptr;
}

// Feeds the partner's reads, then wakes up on its CPU until that has preempted it.
void disturb(Partner& partner) {
  while (!partner.done.load(std::memory_order_acquire)) {
    base::sys::sleep_ns(kShortSleepNs);
    const char byte = 1;
    if (partner.wants_byte.load(std::memory_order_acquire)) {
      base::sys::write(partner.pipe[1], &byte, 1);
    }
  }
}

bool run_with_partner(Partner& partner) {
  if (call(SYS_pipe2, address(partner.pipe), O_CLOEXEC) != 0) return false;
  cpu_set_t allowed;
  call(SYS_sched_getaffinity, 0, sizeof allowed, address(&allowed));
  unsigned cpu = 0;
  call(SYS_getcpu, address(&cpu), 0, 0);
  partner.cpu = static_cast<int>(cpu);
  pthread_t thread;
  const bool started = start_own_thread(thread, run_partner, &partner);
  if (started) {
    pin_to(partner.cpu);
    disturb(partner);
    pthread_join(thread, nullptr);
    call(SYS_sched_setaffinity, 0, sizeof allowed, address(&allowed));
  }
  base::sys::close(partner.pipe[0]);
  base::sys::close(partner.pipe[1]);
  return started;
}

// Several times: a chance preemption must not clear the flag in place of what is tested.
bool always(bool (*cleared)(SwitchFlag&), SwitchFlag& flag) {
  constexpr int kRounds = 4;
  for (int round = 0; round < kRounds; ++round) {
    if (!cleared(flag)) return false;
  }
  return true;
}

std::string_view why_unavailable(SwitchWitness witness) {
  return witness == SwitchWitness::kRseq ? "no rseq area (glibc below 2.35, or switched off)"
                                         : "no switch ring (perf events or locked memory refused)";
}

}  // namespace

SwitchFlagVerdict test_switch_flag(SwitchWitness witness, const std::atomic<bool>& abandoned) {
  {
    TestedFlag tested(witness);
    SwitchFlag& flag = tested.flag();
    if (!flag.available()) return {false, why_unavailable(witness)};
    if (!always(cleared_by_sleep, flag)) return {false, "a sleep left the flag standing"};
    if (!always(cleared_by_futex, flag)) return {false, "a futex wait left the flag standing"};
  }
  Partner partner{.witness = witness, .abandoned = abandoned};
  if (!run_with_partner(partner)) return {false, "no helper thread for the self-test"};
  if (base::read(abandoned)) return {false, "the recording ended first"};
  if (!partner.cleared_by_pipe) return {false, "a pipe read left the flag standing"};
  if (!partner.cleared_by_preemption) return {false, "a preemption left the flag standing"};
  return {true, "passed"};
}

}  // namespace plumbline::session

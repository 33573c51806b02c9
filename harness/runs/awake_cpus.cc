#include "harness/runs/awake_cpus.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <latch>
#include <string>
#include <system_error>

namespace plumbline::harness {
namespace {

namespace fs = std::filesystem;

constexpr int kTurnsOfASlice = 500;  // some 10 us

std::string first_line(const fs::path& file) {
  std::string line;
  std::ifstream stream(file);
  std::getline(stream, line);
  return line;
}

// In this control group or one above it; of the second version, or the first at its usual place.
bool cpu_is_limited() {
  const fs::path root = "/sys/fs/cgroup";
  const std::string own = first_line("/proc/self/cgroup");  // "0::/user.slice"
  if (own.starts_with("0::/")) {
    for (fs::path group = root / own.substr(4);; group = group.parent_path()) {
      if (is_cpu_limit(first_line(group / "cpu.max"))) return true;
      if (group == root || group.string().size() <= root.string().size()) break;
    }
  }
  const std::string quota_us = first_line(root / "cpu" / "cpu.cfs_quota_us");
  return !quota_us.empty() && quota_us.front() != '-';
}

bool is_wanted(KeepAwake wanted, bool virtualized) {
  if (wanted != KeepAwake::kOnVirtualMachines) return wanted == KeepAwake::kOn;
  return virtualized && !cpu_is_limited();
}

// Takes little of what a sibling on the same core needs: one instruction that waits for the one
// before. `pause` would tell the host to take the CPU.
void idle_once() {
#if defined(__x86_64__)
  asm volatile("lfence");
#endif
}

// Of the class that runs when nothing else would, on one CPU.
bool become_idle(int cpu) {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(cpu, &only);
  const sched_param none{};
  return sched_setaffinity(0, sizeof(only), &only) == 0 &&
         sched_setscheduler(0, SCHED_IDLE, &none) == 0;
}

}  // namespace

KeepAwake keep_awake_of(std::string_view name) {
  if (name == "on") return KeepAwake::kOn;
  return name == "off" ? KeepAwake::kOff : KeepAwake::kOnVirtualMachines;
}

bool is_cpu_limit(std::string_view cpu_max) {
  return !cpu_max.empty() && std::isdigit(static_cast<unsigned char>(cpu_max.front())) != 0;
}

AwakeCpus::AwakeCpus(KeepAwake wanted, bool virtualized) {
  cpu_set_t allowed;
  if (!is_wanted(wanted, virtualized) || sched_getaffinity(0, sizeof(allowed), &allowed) != 0) {
    return;
  }
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::latch started(CPU_COUNT(&allowed));
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &allowed)) continue;
    try {
      spinners_.emplace_back([this, cpu, &started] {
        const bool idle = become_idle(cpu);
        awake_ += idle ? 1 : 0;
        started.count_down();
        if (idle) spin();
      });
    } catch (const std::system_error&) {  // no more threads
      started.count_down();
    }
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  started.wait();
}

AwakeCpus::~AwakeCpus() {
  stopping_ = true;
  for (std::thread& spinner : spinners_) spinner.join();
}

// The idle class has its share too, 0.3 % of a busy CPU, and takes it in slices of 3 ms unless it
// yields: then a slice is a few microseconds.
void AwakeCpus::spin() const {
  while (!stopping_.load(std::memory_order_relaxed)) {
    for (int turn = 0; turn < kTurnsOfASlice; ++turn) idle_once();
    sched_yield();
  }
}

}  // namespace plumbline::harness

// A workload under a profiler that interrupts it by signals: every wait still lasts as long as its
// partner says.
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "tests/workloads/child_process.h"
#include "tests/workloads/temporary_directory.h"
#include "workloads/clock.h"
#include "workloads/runner/workload.h"

namespace plumbline::workloads {
namespace {

std::atomic<int> interruptions{0};

void count_interruption(int) { interruptions.fetch_add(1, std::memory_order_relaxed); }

bool is_of_workload(const std::filesystem::path& task) {
  std::string name;
  std::ifstream(task / "comm") >> name;
  return name.starts_with("worker-") || name.starts_with("partner-");
}

// Sends SIGURG to each worker and partner about every millisecond until `done`.
void interrupt_workload(const std::atomic<bool>& done) {
  while (!done.load(std::memory_order_relaxed)) {
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
      if (!is_of_workload(task.path())) continue;
      syscall(SYS_tgkill, getpid(), std::stoi(task.path().filename()), SIGURG);
    }
    sleep_for(1'000'000);
  }
}

// Fault: a signal without SA_RESTART ends sleep, recv and sem_wait with EINTR.
// Pass: no wait ends before its partner let go, with at least 20 signals taken.
TEST(Signals, ShortenNoWait) {
  const TemporaryDirectory directory;
  ChildProcess truthd({TRUTHD_PROGRAM, "--directory", directory.path().string()});
  truthd.read_line();
  struct sigaction action {};
  action.sa_handler = count_interruption;
  ASSERT_EQ(sigaction(SIGURG, &action, nullptr), 0);
  const Spec spec = parse_spec(R"({
    "name": "s", "workers": 1, "rounds": 5, "arrival": {"mode": "closed", "think_us": 9000},
    "endpoints": [{"name": "GET /a", "steps": [
      {"category": "lock", "duration_us": 9000, "primitive": "mutex"},
      {"category": "sync", "duration_us": 9000, "primitive": "sleep"},
      {"category": "file", "duration_us": 9000, "operation": "pread", "bytes": 512},
      {"category": "file", "duration_us": 9000, "operation": "fsync"},
      {"category": "socket", "duration_us": 9000, "operation": "recv", "family": "unix"}]}]})",
                               "s.json");
  std::atomic<bool> done{false};
  std::thread interrupter(interrupt_workload, std::ref(done));
  const Ledger ledger = run_workload(spec, {1, directory.path(), false});
  done = true;
  interrupter.join();
  int waits = 0;
  for (const LedgerRecord& record : ledger.threads.at(0).records) {
    if (record.kind == LedgerKind::kSpan) continue;
    if (record.kind == LedgerKind::kSetup && record.intended_ns == 0) continue;
    EXPECT_GE(record.release_ns, record.t0_ns + record.intended_ns);
    EXPECT_LE(record.release_ns, record.t1_ns) << "kind " << static_cast<int>(record.kind);
    ++waits;
  }
  EXPECT_EQ(waits, ledger.skipped.empty() ? 30 : 20);
  EXPECT_GE(interruptions.load(), 20);
}

}  // namespace
}  // namespace plumbline::workloads

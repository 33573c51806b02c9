// Memory that makes a process large: it is there, in pages that a fork has to copy.
#include "workloads/runner/resident_memory.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "workloads/runner/workload.h"
#include "workloads/spec.h"

namespace plumbline::workloads {
namespace {

// A line of /proc/self/status, in KiB.
std::int64_t status_kib(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(key + ":")) return std::stoll(line.substr(key.size() + 1));
  }
  return -1;
}

// Fault: memory that is only reserved, or lies in huge pages: a fork of it costs nothing.
// Pass: with 64 MiB, 16384 pages, the page tables grow by eight bytes each, and as much is
// resident; that goes when it goes. Other threads of this program may come or go meanwhile: an
// eighth is for them.
TEST(ResidentMemory, IsThereInSmallPages) {
  constexpr std::int64_t kMib = 64;
  const std::int64_t tables_kib = status_kib("VmPTE");
  const std::int64_t resident_kib = status_kib("VmRSS");
  {
    const ResidentMemory memory(kMib);
    EXPECT_EQ(memory.bytes().size(), std::size_t{kMib} << 20);
    EXPECT_GE(status_kib("VmPTE") - tables_kib, 2 * kMib * 7 / 8);
    EXPECT_GE(status_kib("VmRSS") - resident_kib, 1024 * kMib * 7 / 8);
  }
  EXPECT_LT(status_kib("VmRSS") - resident_kib, 1024 * kMib / 8);
  EXPECT_TRUE(ResidentMemory(0).bytes().empty());
}

// Pass: the child of a large process does its part as that of a small one does.
TEST(ResidentMemory, AForkOfItHasItsTruth) {
  const Ledger ledger = run_workload(
      parse_spec(R"({"name": "s", "workers": 2, "rounds": 6, "resident_mib": 32, "endpoints": [
        {"name": "e", "steps": [
          {"category": "sync", "duration_us": 20000, "primitive": "child_process"}]}]})",
                 "s.json"),
      {});
  int waits = 0;
  for (const LedgerThread& thread : ledger.threads) {
    for (const LedgerRecord& record : thread.records) {
      if (record.kind != LedgerKind::kSync) continue;
      ++waits;
      EXPECT_GE(record.release_ns, record.t0_ns + record.intended_ns);
      EXPECT_LE(record.release_ns, record.t1_ns);
    }
  }
  EXPECT_EQ(waits, 6);
}

}  // namespace
}  // namespace plumbline::workloads

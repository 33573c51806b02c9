// The ledger: the record of true costs that a workload writes, and its reader.
//
// Layout and meaning of each field are in LEDGER.md. The worker threads append records to memory
// that was allocated and touched before the run; the file is written after it. Nothing here knows
// the profiler: truth comes from clocks around each segment and from the partner on the other
// side of a wait.
// Thread rule: one writer thread per block; reading is single-threaded.
// Failure rule: reading throws io::InputError with file and offset.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace plumbline::workloads {

inline constexpr std::uint32_t kLedgerVersion = 2;

enum class LedgerKind : std::uint8_t {
  kCpu = 0,
  kLock = 1,
  kSync = 2,
  kFile = 3,
  kSocket = 4,
  kSpan = 5,     // a whole span, children included
  kSetup = 6,    // the workload's own wait between requests: think time, or a partner that was not
                 // ready yet; outside every span and not an injected cost
  kOther = 7,    // a wait that no library sees in a call: inline, or a page fault
  kStretch = 8,  // one thread's part in a span that changes threads or takes turns with others
};

// One segment or span. Times: CLOCK_MONOTONIC; c0, c1: CLOCK_THREAD_CPUTIME_ID; all nanoseconds.
// c0 is read before t0, c1 after t1.
struct LedgerRecord {
  std::uint32_t request;   // number of the request in the schedule, over all workers
  std::uint16_t endpoint;  // index in the specification
  std::uint8_t step;  // number of the step in the endpoint, depth first (spec.h: Step::number);
                      // the root span and kSetup are 0
  LedgerKind kind;
  std::int64_t intended_ns;  // 0: fixed iterations, a span, a partner that was not ready
  std::int64_t t0_ns, t1_ns;
  std::int64_t c0_ns, c1_ns;
  std::int64_t release_ns;  // wait: when the partner released it (sleep: t0 + intended), 0 if it
                            // did not block; else 0
  std::int64_t detail;      // cpu: iterations run; wait: run-queue ns, or -1 if not recorded;
                            // root span: run-queue ns between its ends; nested span: the same,
                            // or -1 if not recorded
};
static_assert(sizeof(LedgerRecord) == 64);

// Identity of a root or nested span, as the tracer gave it; 0 when no profiler was present.
struct LedgerSpanId {
  std::uint64_t span_id;
  std::uint32_t record;  // index of its kSpan record in the thread's records
  std::uint32_t reserved;
};
static_assert(sizeof(LedgerSpanId) == 16);

struct LedgerThread {
  std::int32_t tid = 0;
  std::string name;
  std::int64_t begin_ns = 0, end_ns = 0;  // the worker's loop, from first to last clock read
  std::int64_t cpu_ns = 0;                // thread CPU clock over it
  std::int64_t run_delay_ns = 0;          // schedstat over it
  std::int64_t voluntary_switches = 0;
  std::vector<LedgerRecord> records;  // in the order in which they ended
  std::vector<LedgerSpanId> span_ids;
};

struct Ledger {
  std::string spec_json;  // the specification that was run, as one JSON document
  std::uint64_t seed = 0;
  std::vector<std::string> skipped;  // "file: /dev/fuse cannot be opened: ..."
  std::vector<LedgerThread> threads;
};

// Writes atomically (aside, then rename).
void write_ledger(const Ledger& ledger, const std::filesystem::path& file);

// Throws io::InputError when the file is missing, cut, damaged or of another version.
Ledger read_ledger(const std::filesystem::path& file);

}  // namespace plumbline::workloads

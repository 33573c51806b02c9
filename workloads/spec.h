// A scenario: what a workload shall do, as written in a JSON file.
//
// Read by plumbline-workload, which runs it, and by the harness, which needs to know what each
// number in a ledger stands for. The keys are shown in README.md; an unknown key is an error.
// Thread rule: immutable once read; share it freely.
// Failure rule: io::InputError, one line: file, JSON path, what is expected and what was found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/cpu_functions.h"
#include "workloads/execution.h"
#include "workloads/ledger.h"
#include "workloads/thread_primitives.h"

namespace plumbline::workloads {

inline constexpr std::int64_t kMaxWorkers = 32;    // that plumbline-truthd serves
inline constexpr std::int64_t kMaxThreads = 1000;  // workers that need no files and no sockets
inline constexpr std::int64_t kMaxTransferBytes = 131'072;  // of one read or write

enum class FileOperation : std::uint8_t {
  kPread,
  kPwrite,
  kFsync,
  kFread,
  kFwrite,        // and fflush
  kReadBuffered,  // of a page that is not in the page cache
  kReadCached,    // of one that is: never blocks
  kMmapFault,     // the same in mapped memory; its kind is kOther
  kODirect,
  kOpen,
  kStat,
};

// What a socket wait waits in. kRecv to kSelect: for one byte; kSend: for room in a full buffer.
enum class SocketOperation : std::uint8_t {
  kRecv,
  kPoll,
  kEpoll,
  kSelect,
  kSend,
  kAccept,
  kConnect,
  kGetaddrinfo,  // of no family
};

enum class SocketFamily : std::uint8_t { kUnix, kTcp };

// One injected cost.
struct Segment {
  LedgerKind kind = LedgerKind::kCpu;     // not kSpan, kSetup or kStretch
  std::int64_t duration_ns = 0;           // before jitter; 0: cpu by iterations, or until a phase
  std::int64_t iterations = 0;            // cpu, instead of a duration; never jittered
  std::int64_t until_ns = 0;              // cpu, instead: this far into a period of `of_ns`
  std::int64_t of_ns = 0;                 // of CLOCK_MONOTONIC, as the kernel's tick; 0: no period
  const CpuFunction* function = nullptr;  // cpu: owns its CPU
  FileOperation operation = FileOperation::kPread;
  std::int64_t bytes = 0;  // file: of one read or write
  SocketOperation socket_operation = SocketOperation::kRecv;
  SocketFamily family = SocketFamily::kUnix;
  std::string name;  // lock: a label for people; contended: which of the process's locks
  CpuShape shape = CpuShape::kLeaf;        // cpu
  std::int64_t depth = 0;                  // cpu: of the calls, for the shapes that have one
  Primitive primitive = Primitive::kNone;  // lock, sync, other
  std::int64_t waiters = 1;                // convoy: of whom the worker is the last
  std::int64_t hold_ns = 0;                // contended: slept with the lock held; never jittered
};

// True when plumbline-truthd's files end it, in a call or in a page fault. Not of a nested span.
inline bool waits_for_file(const Segment& segment) {
  return segment.kind == LedgerKind::kFile ||
         (segment.kind == LedgerKind::kOther && segment.primitive == Primitive::kNone);
}

// True when plumbline-truthd ends it: the workload then needs one, and each worker a slot.
inline bool needs_truthd(const Segment& segment) {
  return waits_for_file(segment) || segment.kind == LedgerKind::kSocket ||
         segment.primitive == Primitive::kProcessShared;
}

// A segment, or a nested span with steps of its own.
struct Step {
  std::uint8_t number = 0;  // in its endpoint, depth first; the root span is 0
  std::string span;         // name of the nested span; empty: this step is a segment
  std::vector<Step> steps;  // of the nested span
  Segment segment;
  HandOver hand_over = HandOver::kNone;  // of the nested span
  std::int64_t repeat = 1;               // times in a row
  std::int64_t times = 1;                // in one request: with the repeats of the spans around it
};

struct Endpoint {
  std::string name;
  std::int64_t weight = 1;  // requests to it in each round
  std::vector<Step> steps;
  std::size_t step_count = 0;  // nested spans and segments, all depths; the root span not counted
};

struct Spec {
  std::string name, description;
  std::uint64_t seed = 1;
  std::int64_t workers = 1;
  Executor executor = Executor::kThreads;
  std::int64_t in_flight = 1;    // requests of one worker at a time, where the executor has more
  std::int64_t think_ns = 0;     // before each request, outside its span
  std::int64_t interval_ns = 0;  // of a worker's arrivals, instead of thinking; 0: closed loop
  std::int64_t rounds = 1;       // how often the deck, each endpoint `weight` times, is dealt
  std::int64_t jitter_percent = 0;
  bool oversubscribed = false;     // more work than cores, on purpose
  std::int64_t resident_mib = 0;   // touched memory that the process has besides its own
  std::optional<Segment> between;  // CPU before each request, in no span; never jittered
  std::vector<Endpoint> endpoints;
  std::string json;  // the text that it was read from
};

Spec read_spec(const std::filesystem::path& file);

// `file` is only named in complaints.
Spec parse_spec(std::string_view json, const std::filesystem::path& file);

// The steps of an endpoint by their number; [0], the root span, is null.
std::vector<const Step*> steps_by_number(const Endpoint& endpoint);

std::size_t count_segments(const Endpoint& endpoint, LedgerKind kind);

// Entries of ScheduledRequest::amounts for these steps.
std::int64_t count_amounts(const std::vector<Step>& steps);

// Partner threads that the steps of one request need.
std::size_t count_partners(const Endpoint& endpoint);

bool has_handed_span(const Spec& spec);

// Whether each worker needs a second thread that takes spans from it.
bool needs_companion(const Spec& spec);

// Ledger records that one request gives at most, its root span included.
std::int64_t records_of_request(const Endpoint& endpoint);

// Requests in a whole run.
std::int64_t request_count(const Spec& spec);

}  // namespace plumbline::workloads

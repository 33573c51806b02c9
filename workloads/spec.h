// A scenario: what a workload shall do, as written in a JSON file.
//
// Read by plumbline-workload, which runs it, and by the harness, which needs to know what each
// number in a ledger stands for. The keys are shown in README.md; an unknown key is an error.
// Thread rule: immutable once read; share it freely.
// Failure rule: io::InputError, one line: file, JSON path, what is expected and what was found.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/cpu_functions.h"
#include "workloads/ledger.h"

namespace plumbline::workloads {

inline constexpr std::int64_t kMaxWorkers = 32;
inline constexpr std::int64_t kMaxTransferBytes = 131'072;  // of one read or write

enum class FileOperation : std::uint8_t { kPread, kPwrite, kFsync };

// One injected cost.
struct Segment {
  LedgerKind kind = LedgerKind::kCpu;     // kCpu, kLock, kSync, kFile or kSocket
  std::int64_t duration_ns = 0;           // before jitter; 0: cpu by iterations
  std::int64_t iterations = 0;            // cpu, instead of a duration; never jittered
  const CpuFunction* function = nullptr;  // cpu: where it burns
  FileOperation operation = FileOperation::kPread;
  std::int64_t bytes = 0;  // file: of one pread or pwrite
  std::string name;        // lock: a label for people
};

// A segment, or a nested span with steps of its own.
struct Step {
  std::uint8_t number = 0;  // in its endpoint, depth first; the root span is 0
  std::string span;         // name of the nested span; empty: this step is a segment
  std::vector<Step> steps;  // of the nested span
  Segment segment;
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
  std::int64_t think_ns = 0;  // before each request, outside its span
  std::int64_t rounds = 1;    // how often the deck, each endpoint `weight` times, is dealt
  std::int64_t jitter_percent = 0;
  std::vector<Endpoint> endpoints;
  std::string json;  // the text that it was read from
};

Spec read_spec(const std::filesystem::path& file);

// `file` is only named in complaints.
Spec parse_spec(std::string_view json, const std::filesystem::path& file);

// The steps of an endpoint by their number; [0], the root span, is null.
std::vector<const Step*> steps_by_number(const Endpoint& endpoint);

std::size_t count_segments(const Endpoint& endpoint, LedgerKind kind);

// Requests in a whole run.
std::int64_t request_count(const Spec& spec);

}  // namespace plumbline::workloads

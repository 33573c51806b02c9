// One function per shape of the document; each checks its keys, types and limits where it reads
// them. What only the whole specification can tell (its size) is checked at the end.
#include "workloads/spec.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <span>

#include "analysis/io/error.h"
#include "analysis/io/mapped_file.h"
#include "workloads/json_field.h"

namespace plumbline::workloads {
namespace {

constexpr std::size_t kMaxSpecBytes = 1'048'576;
constexpr std::size_t kMaxEndpoints = 64;
constexpr std::size_t kMaxSteps = 255;  // numbers are one byte, and 0 is the root span
constexpr int kMaxDepth = 8;
constexpr std::size_t kMaxLocks = 32;  // of one endpoint: each takes a thread for each worker
constexpr std::size_t kMaxNameBytes = 100;
constexpr std::size_t kMaxDescriptionBytes = 1000;
constexpr std::int64_t kMaxRounds = 1'000'000;
constexpr std::int64_t kMaxWeight = 10'000;
constexpr std::int64_t kMaxDurationUs = 60'000'000;
constexpr std::int64_t kMaxIterations = 1'000'000'000;
constexpr std::int64_t kMaxJitterPercent = 90;
constexpr std::int64_t kMaxRecords = 4'000'000;             // 64 bytes each, held in memory
constexpr std::int64_t kMaxTotalUs = 86'400LL * 1'000'000;  // a day of waits and CPU

std::int64_t to_ns(std::int64_t us) { return us * 1000; }

std::int64_t duration_ns(const JsonField& segment) {
  return to_ns(segment["duration_us"].integer(1, kMaxDurationUs));
}

const CpuFunction* cpu_function(const JsonField& field) {
  std::vector<std::string_view> names;
  for (const CpuFunction& function : cpu_functions()) names.push_back(function.name);
  return &cpu_functions()[field.choice(names)];
}

Segment parse_cpu(const JsonField& json) {
  json.allow_only({"category", "duration_us", "iterations", "function"});
  const bool timed = json["duration_us"].present();
  const bool counted = json["iterations"].present();
  if (timed == counted) json.expected("exactly one of duration_us and iterations in it");
  Segment segment;
  segment.kind = LedgerKind::kCpu;
  if (timed) segment.duration_ns = duration_ns(json);
  if (counted) segment.iterations = json["iterations"].integer(1, kMaxIterations);
  segment.function = cpu_function(json["function"]);
  return segment;
}

Segment parse_lock(const JsonField& json) {
  json.allow_only({"category", "duration_us", "primitive", "name"});
  Segment segment;
  segment.kind = LedgerKind::kLock;
  segment.duration_ns = duration_ns(json);
  json["primitive"].choice({"mutex"});
  if (json["name"].present()) segment.name = json["name"].text(kMaxNameBytes);
  return segment;
}

Segment parse_sync(const JsonField& json) {
  json.allow_only({"category", "duration_us", "primitive"});
  Segment segment;
  segment.kind = LedgerKind::kSync;
  segment.duration_ns = duration_ns(json);
  json["primitive"].choice({"sleep"});
  return segment;
}

Segment parse_file(const JsonField& json) {
  Segment segment;
  segment.kind = LedgerKind::kFile;
  segment.duration_ns = duration_ns(json);
  segment.operation =
      static_cast<FileOperation>(json["operation"].choice({"pread", "pwrite", "fsync"}));
  if (segment.operation == FileOperation::kFsync) {
    json.allow_only({"category", "duration_us", "operation"});
  } else {
    json.allow_only({"category", "duration_us", "operation", "bytes"});
    segment.bytes = json["bytes"].integer(1, kMaxTransferBytes);
  }
  return segment;
}

Segment parse_socket(const JsonField& json) {
  json.allow_only({"category", "duration_us", "operation", "family"});
  Segment segment;
  segment.kind = LedgerKind::kSocket;
  segment.duration_ns = duration_ns(json);
  json["operation"].choice({"recv"});
  json["family"].choice({"unix"});
  return segment;
}

Segment parse_segment(const JsonField& json) {
  using Parser = Segment (*)(const JsonField&);
  constexpr std::array<Parser, 5> kParsers = {parse_cpu, parse_lock, parse_sync, parse_file,
                                              parse_socket};
  return kParsers[json["category"].choice({"cpu", "lock", "sync", "file", "socket"})](json);
}

// `count` numbers the steps of the endpoint depth first.
std::vector<Step> parse_steps(const JsonField& json, std::size_t& count, int depth) {
  std::vector<Step> steps;
  for (const JsonField& element : json.elements(kMaxSteps)) {
    if (++count > kMaxSteps) {
      element.expected("at most " + std::to_string(kMaxSteps) + " steps in one endpoint");
    }
    Step& step = steps.emplace_back();
    step.number = static_cast<std::uint8_t>(count);
    if (!element["span"].present()) {
      step.segment = parse_segment(element);
      continue;
    }
    element.allow_only({"span", "steps"});
    if (depth == kMaxDepth) {
      element.expected("spans nested at most " + std::to_string(kMaxDepth) + " deep");
    }
    step.span = element["span"].text(kMaxNameBytes);
    step.steps = parse_steps(element["steps"], count, depth + 1);
  }
  return steps;
}

std::vector<Endpoint> parse_endpoints(const JsonField& json) {
  std::vector<Endpoint> endpoints;
  std::set<std::string> names;
  for (const JsonField& element : json.elements(kMaxEndpoints)) {
    element.allow_only({"name", "weight", "steps"});
    Endpoint& endpoint = endpoints.emplace_back();
    endpoint.name = element["name"].text(kMaxNameBytes);
    if (!names.insert(endpoint.name).second) {
      element["name"].expected("a name that no other endpoint has");
    }
    if (element["weight"].present()) endpoint.weight = element["weight"].integer(1, kMaxWeight);
    endpoint.steps = parse_steps(element["steps"], endpoint.step_count, 1);
    if (count_segments(endpoint, LedgerKind::kLock) > kMaxLocks) {
      element["steps"].expected("at most " + std::to_string(kMaxLocks) + " lock segments");
    }
  }
  return endpoints;
}

void parse_arrival(const JsonField& json, Spec& spec) {
  if (!json.present()) return;
  json.allow_only({"mode", "think_us"});
  json["mode"].choice({"closed"});
  const JsonField think = json["think_us"];
  if (think.present()) spec.think_ns = to_ns(think.integer(0, kMaxDurationUs));
}

void parse_jitter(const JsonField& json, Spec& spec) {
  if (!json.present()) return;
  json.allow_only({"distribution", "percent"});
  json["distribution"].choice({"uniform"});
  spec.jitter_percent = json["percent"].integer(0, kMaxJitterPercent);
}

// No sum here can overflow: 10^6 rounds, 64 endpoints, weight 10^4, 255 steps of 6 * 10^7 us stay
// below 10^23, so 128 bits hold them.
void check_size(const JsonField& json, const Spec& spec) {
  __extension__ using Wide = __int128;
  Wide records = 0;
  Wide total_us = 0;
  for (const Endpoint& endpoint : spec.endpoints) {
    const Wide requests = Wide{spec.rounds} * endpoint.weight;
    records += requests * static_cast<std::int64_t>(endpoint.step_count + 1);
    total_us += requests * (spec.think_ns / 1000);
    for (const Step* step : steps_by_number(endpoint)) {
      if (step != nullptr) total_us += requests * (step->segment.duration_ns / 1000);
    }
  }
  if (records > kMaxRecords) {
    json["rounds"].expected("so few requests that the whole run has at most " +
                            std::to_string(kMaxRecords) + " spans and segments");
  }
  if (total_us > kMaxTotalUs) {
    json["rounds"].expected("so few requests that their durations sum to at most one day");
  }
}

void append_steps(const std::vector<Step>& steps, std::vector<const Step*>& by_number) {
  for (const Step& step : steps) {
    by_number.push_back(&step);
    append_steps(step.steps, by_number);
  }
}

}  // namespace

Spec parse_spec(std::string_view text, const std::filesystem::path& file) {
  const nlohmann::json document = parse_json(text, file);
  const JsonField json(file, document);
  json.allow_only(
      {"name", "description", "seed", "workers", "arrival", "rounds", "jitter", "endpoints"});
  Spec spec;
  spec.json = text;
  spec.name = json["name"].text(kMaxNameBytes);
  if (json["description"].present()) {
    spec.description = json["description"].text(kMaxDescriptionBytes);
  }
  if (json["seed"].present()) spec.seed = json["seed"].seed();
  spec.workers = json["workers"].integer(1, kMaxWorkers);
  parse_arrival(json["arrival"], spec);
  spec.rounds = json["rounds"].integer(1, kMaxRounds);
  parse_jitter(json["jitter"], spec);
  spec.endpoints = parse_endpoints(json["endpoints"]);
  check_size(json, spec);
  return spec;
}

Spec read_spec(const std::filesystem::path& file) {
  const io::MappedFile mapped(file);
  const std::span<const std::byte> bytes = mapped.bytes();
  if (bytes.size() > kMaxSpecBytes) {
    throw io::InputError(file.string() + ": expected a scenario of at most 1 MiB, found " +
                         std::to_string(bytes.size()) + " bytes");
  }
  return parse_spec({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, file);
}

std::vector<const Step*> steps_by_number(const Endpoint& endpoint) {
  std::vector<const Step*> steps = {nullptr};
  append_steps(endpoint.steps, steps);
  return steps;
}

std::size_t count_segments(const Endpoint& endpoint, LedgerKind kind) {
  const std::vector<const Step*> steps = steps_by_number(endpoint);
  const auto counts = [kind](const Step* step) {
    return step != nullptr && step->span.empty() && step->segment.kind == kind;
  };
  return static_cast<std::size_t>(std::count_if(steps.begin(), steps.end(), counts));
}

std::int64_t request_count(const Spec& spec) {
  std::int64_t per_round = 0;
  for (const Endpoint& endpoint : spec.endpoints) per_round += endpoint.weight;
  return per_round * spec.rounds;
}

}  // namespace plumbline::workloads

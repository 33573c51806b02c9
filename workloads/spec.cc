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
#include "workloads/duration_field.h"
#include "workloads/execution_fields.h"
#include "workloads/file_segment.h"
#include "workloads/json_field.h"
#include "workloads/socket_segment.h"
#include "workloads/thread_segments.h"

namespace plumbline::workloads {
namespace {

constexpr std::size_t kMaxSpecBytes = 1'048'576;
constexpr std::size_t kMaxEndpoints = 64;
constexpr std::size_t kMaxSteps = 255;  // numbers are one byte, and 0 is the root span
constexpr int kMaxDepth = 8;
constexpr std::size_t kMaxPartners = 32;  // of one endpoint: a thread each for each worker
constexpr std::int64_t kMaxRepeat = 1'000'000;
constexpr std::int64_t kMaxTimes = 1'000'000'000'000;  // products of repeats end here
constexpr std::size_t kMaxNameBytes = 100;
constexpr std::size_t kMaxDescriptionBytes = 1000;
constexpr std::int64_t kMaxRounds = 1'000'000;
constexpr std::int64_t kMaxWeight = 10'000;
constexpr std::int64_t kMaxJitterPercent = 90;
constexpr std::int64_t kMaxResidentMib = 1024;
constexpr std::int64_t kMaxRecords = 4'000'000;             // 64 bytes each, held in memory
constexpr std::int64_t kMaxTotalUs = 86'400LL * 1'000'000;  // a day of waits and CPU

Segment parse_segment(const JsonField& json) {
  using Parser = Segment (*)(const JsonField&);
  constexpr std::array<Parser, 6> kParsers = {
      parse_cpu, parse_lock, parse_sync, parse_file_segment, parse_socket_segment, parse_other};
  return kParsers[json["category"].choice({"cpu", "lock", "sync", "file", "socket", "other"})](
      json);
}

// Where a list of steps stands in its endpoint.
struct Place {
  std::size_t& count;  // numbers the steps of the endpoint depth first
  int depth;
  std::int64_t times;  // how often the list runs in one request
  HandOver around;     // of the spans around it
};

HandOver within(const Place& place, const Step& step) {
  return step.hand_over != HandOver::kNone ? step.hand_over : place.around;
}

HandOver parse_hand_over(const JsonField& json, const Place& place) {
  const JsonField thread = json["thread"];
  const JsonField parent = json["parent"];
  const bool handed = thread.present() && thread.choice({"same", "handed"}) == 1;
  if (!handed) {
    if (parent.present()) parent.expected("it only beside \"thread\": \"handed\"");
    return HandOver::kNone;
  }
  if (place.around != HandOver::kNone) thread.expected("no handed span within a handed span");
  const bool goes_on = parent.present() && parent.choice({"waits", "goes_on"}) == 1;
  return goes_on ? HandOver::kParentGoesOn : HandOver::kParentWaits;
}

// The parent may be at its own file, socket or lock at the same time.
void check_served(const JsonField& json, const Segment& segment, const Place& place) {
  if (needs_truthd(segment) && place.around == HandOver::kParentGoesOn) {
    json["category"].expected("no file, socket or process-shared lock where the parent goes on");
  }
}

std::vector<Step> parse_steps(const JsonField& json, const Place& place) {
  std::vector<Step> steps;
  for (const JsonField& element : json.elements(kMaxSteps)) {
    if (++place.count > kMaxSteps) {
      element.expected("at most " + std::to_string(kMaxSteps) + " steps in one endpoint");
    }
    Step& step = steps.emplace_back();
    step.number = static_cast<std::uint8_t>(place.count);
    const JsonField repeat = element["repeat"];
    if (repeat.present()) step.repeat = repeat.integer(1, kMaxRepeat);
    step.times = std::min(place.times * step.repeat, kMaxTimes);
    const JsonField rest = element.also_allowing("repeat");
    if (!element["span"].present()) {
      step.segment = parse_segment(rest);
      check_served(element, step.segment, place);
      continue;
    }
    rest.allow_only({"span", "steps", "thread", "parent"});
    step.hand_over = parse_hand_over(element, place);
    if (place.depth == kMaxDepth) {
      element.expected("spans nested at most " + std::to_string(kMaxDepth) + " deep");
    }
    step.span = element["span"].text(kMaxNameBytes);
    step.steps = parse_steps(element["steps"],
                             {place.count, place.depth + 1, step.times, within(place, step)});
  }
  return steps;
}

// A handed span adds its stretch and the wait for it, a lock that is held the holding.
std::int64_t records_of_step(const Step& step) {
  if (step.hand_over != HandOver::kNone) return 3;
  return step.segment.hold_ns > 0 ? 2 : 1;
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
    endpoint.steps = parse_steps(element["steps"], {endpoint.step_count, 1, 1, HandOver::kNone});
    if (count_partners(endpoint) > kMaxPartners) {
      element["steps"].expected("at most " + std::to_string(kMaxPartners) +
                                " lock and sync segments that a partner thread serves");
    }
  }
  return endpoints;
}

void parse_jitter(const JsonField& json, Spec& spec) {
  if (!json.present()) return;
  json.allow_only({"distribution", "percent"});
  json["distribution"].choice({"uniform"});
  spec.jitter_percent = json["percent"].integer(0, kMaxJitterPercent);
}

void parse_between(const JsonField& json, Spec& spec) {
  if (!json.present()) return;
  json["category"].choice({"cpu"});
  spec.between = parse_cpu(json);
}

// No sum here can overflow: 10^6 rounds, 64 endpoints, weight 10^4, 255 steps, each 10^12 times, of
// 6 * 10^7 us stay below 10^36, so 128 bits hold them.
void check_size(const JsonField& json, const Spec& spec) {
  __extension__ using Wide = __int128;
  Wide records = 0;
  Wide total_us = 0;
  for (const Endpoint& endpoint : spec.endpoints) {
    const Wide requests = Wide{spec.rounds} * endpoint.weight;
    records += requests;
    const std::int64_t between_ns = spec.between ? spec.between->duration_ns : 0;
    total_us += requests * ((spec.think_ns + between_ns) / kNsPerUs);
    for (const Step* step : steps_by_number(endpoint)) {
      if (step == nullptr) continue;
      const Segment& segment = step->segment;
      records += requests * step->times * records_of_step(*step);
      const std::int64_t longest_ns = segment.duration_ns + segment.hold_ns + segment.of_ns / 4 * 3;
      total_us += requests * step->times * (longest_ns / kNsPerUs);
    }
  }
  // There each worker has room for everything: any of them may write it.
  if (spec.executor == Executor::kCoroutinePool) records *= spec.workers;
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
  json.allow_only({"name", "description", "seed", "workers", "oversubscribed", "resident_mib",
                   "executor", "in_flight", "arrival", "between", "rounds", "jitter", "endpoints"});
  Spec spec;
  spec.json = text;
  spec.name = json["name"].text(kMaxNameBytes);
  if (json["description"].present()) {
    spec.description = json["description"].text(kMaxDescriptionBytes);
  }
  if (json["seed"].present()) spec.seed = json["seed"].seed();
  spec.workers = json["workers"].integer(1, kMaxThreads);
  if (json["oversubscribed"].present()) spec.oversubscribed = json["oversubscribed"].boolean();
  if (json["resident_mib"].present()) {
    spec.resident_mib = json["resident_mib"].integer(1, kMaxResidentMib);
  }
  parse_executor(json, spec);
  parse_arrival(json["arrival"], spec);
  parse_between(json["between"], spec);
  spec.rounds = json["rounds"].integer(1, kMaxRounds);
  parse_jitter(json["jitter"], spec);
  spec.endpoints = parse_endpoints(json["endpoints"]);
  check_execution(json, spec);
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

std::size_t count_partners(const Endpoint& endpoint) {
  std::size_t count = 0;
  for (const Step* step : steps_by_number(endpoint)) {
    if (step == nullptr || !has_partner(step->segment.primitive)) continue;
    count += static_cast<std::size_t>(step->segment.waiters);
  }
  return count;
}

std::int64_t count_amounts(const std::vector<Step>& steps) {
  std::int64_t count = 0;
  for (const Step& step : steps) count += step.repeat * (1 + count_amounts(step.steps));
  return count;
}

bool has_handed_span(const Spec& spec) {
  for (const Endpoint& endpoint : spec.endpoints) {
    for (const Step* step : steps_by_number(endpoint)) {
      if (step != nullptr && step->hand_over != HandOver::kNone) return true;
    }
  }
  return false;
}

bool needs_companion(const Spec& spec) {
  return spec.executor == Executor::kPool || has_handed_span(spec);
}

std::int64_t records_of_request(const Endpoint& endpoint) {
  std::int64_t records = 1;
  for (const Step* step : steps_by_number(endpoint)) {
    if (step != nullptr) records += step->times * records_of_step(*step);
  }
  return records;
}

std::int64_t request_count(const Spec& spec) {
  std::int64_t per_round = 0;
  for (const Endpoint& endpoint : spec.endpoints) per_round += endpoint.weight;
  return per_round * spec.rounds;
}

}  // namespace plumbline::workloads

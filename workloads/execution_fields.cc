#include "workloads/execution_fields.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "workloads/duration_field.h"

namespace plumbline::workloads {
namespace {

constexpr std::int64_t kMaxPartnerThreads = 4000;
constexpr std::int64_t kMaxInFlight = 1000;
constexpr std::int64_t kDefaultInFlight = 4;

}  // namespace

void parse_arrival(const JsonField& json, Spec& spec) {
  if (!json.present()) return;
  if (json["mode"].choice({"closed", "fixed_rate"}) == 1) {
    json.allow_only({"mode", "interval_us"});
    spec.interval_ns = kNsPerUs * json["interval_us"].integer(1, kMaxDurationUs);
    return;
  }
  json.allow_only({"mode", "think_us"});
  const JsonField think = json["think_us"];
  if (think.present()) spec.think_ns = kNsPerUs * think.integer(0, kMaxDurationUs);
}

void parse_executor(const JsonField& json, Spec& spec) {
  const JsonField executor = json["executor"];
  if (executor.present()) {
    spec.executor = static_cast<Executor>(executor.choice(
        {"threads", "new_threads", "pool", "event_loop", "coroutines", "coroutine_pool"}));
  }
  const JsonField in_flight = json["in_flight"];
  if (spec.executor == Executor::kThreads || spec.executor == Executor::kNewThreads) {
    if (in_flight.present())
      in_flight.expected("it only with pool, event_loop, coroutines or coroutine_pool");
    return;
  }
  spec.in_flight = in_flight.present() ? in_flight.integer(1, kMaxInFlight) : kDefaultInFlight;
}

void check_execution(const JsonField& json, const Spec& spec) {
  if (takes_turns(spec.executor) && (spec.think_ns > 0 || spec.interval_ns > 0)) {
    json["arrival"].expected("no think time and no interval where requests take turns");
  }
  if (takes_turns(spec.executor) && spec.between) {
    json["between"].expected("no work between requests where they take turns");
  }
  if (spec.executor == Executor::kCoroutinePool && spec.workers < 2) {
    json["workers"].expected("at least 2 where coroutines change threads");
  }
  const auto is_served = [](const Step* step) {
    return step != nullptr && step->span.empty() && needs_truthd(step->segment);
  };
  const bool served = std::ranges::any_of(spec.endpoints, [&](const Endpoint& endpoint) {
    return std::ranges::any_of(steps_by_number(endpoint), is_served);
  });
  if (spec.workers > kMaxWorkers && served) {
    json["workers"].expected("at most " + std::to_string(kMaxWorkers) +
                             " with segments that plumbline-truthd ends");
  }
  if (spec.executor != Executor::kThreads && has_handed_span(spec)) {
    json["executor"].expected("\"threads\" where a span is handed over");
  }
  std::size_t partners = 0;
  for (const Endpoint& endpoint : spec.endpoints) {
    partners = std::max(partners, count_partners(endpoint));
  }
  if (static_cast<std::int64_t>(partners) * spec.workers > kMaxPartnerThreads) {
    json["workers"].expected("so few that they have at most " + std::to_string(kMaxPartnerThreads) +
                             " partner threads");
  }
}

}  // namespace plumbline::workloads

// One stream of random numbers, drawn in the order of request numbers: the number of workers
// changes who runs a request, never what it is.
#include "workloads/schedule.h"

#include <utility>

#include "workloads/random.h"

namespace plumbline::workloads {
namespace {

// Uniform within +-percent, both ends included, in integers.
std::int64_t jittered(std::int64_t duration_ns, std::int64_t percent, Random& random) {
  const std::int64_t reach_ns = duration_ns * percent / 100;
  const auto draw = random.below(static_cast<std::uint64_t>(2 * reach_ns + 1));
  return duration_ns - reach_ns + static_cast<std::int64_t>(draw);
}

// Each endpoint as often as it weighs, in random order.
std::vector<std::uint16_t> shuffled_deck(const Spec& spec, Random& random) {
  std::vector<std::uint16_t> deck;
  for (std::size_t endpoint = 0; endpoint < spec.endpoints.size(); ++endpoint) {
    const auto copies = static_cast<std::size_t>(spec.endpoints[endpoint].weight);
    deck.insert(deck.end(), copies, static_cast<std::uint16_t>(endpoint));
  }
  for (std::size_t left = deck.size(); left > 1; --left) {
    std::swap(deck[left - 1], deck[random.below(left)]);
  }
  return deck;
}

void draw_amounts(const std::vector<Step>& steps, std::int64_t percent, Random& random,
                  std::vector<std::int64_t>& amounts) {
  for (const Step& step : steps) {
    for (std::int64_t turn = 0; turn < step.repeat; ++turn) {
      if (!step.span.empty()) {
        amounts.push_back(0);
        draw_amounts(step.steps, percent, random, amounts);
      } else if (step.segment.iterations > 0) {
        // A fixed number of iterations is there for exact ratios: it stays as written.
        amounts.push_back(step.segment.iterations);
      } else {
        amounts.push_back(jittered(step.segment.duration_ns, percent, random));
      }
    }
  }
}

}  // namespace

Schedule make_schedule(const Spec& spec, std::uint64_t seed) {
  Random random(seed);
  Schedule schedule;
  schedule.workers.resize(static_cast<std::size_t>(spec.workers));
  std::uint32_t number = 0;
  for (std::int64_t round = 0; round < spec.rounds; ++round) {
    for (const std::uint16_t endpoint : shuffled_deck(spec, random)) {
      ScheduledRequest request;
      request.number = number;
      request.endpoint = endpoint;
      request.think_ns = jittered(spec.think_ns, spec.jitter_percent, random);
      request.amounts = {0};
      draw_amounts(spec.endpoints[endpoint].steps, spec.jitter_percent, random, request.amounts);
      schedule.workers[number % schedule.workers.size()].push_back(std::move(request));
      ++number;
    }
  }
  return schedule;
}

}  // namespace plumbline::workloads

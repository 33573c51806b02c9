#include "harness/runs/provenance.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/random.h>

#include <cerrno>
#include <cstdint>
#include <ctime>
#include <utility>

#include "analysis/io/error.h"
#include "harness/runs/profiled_run.h"
#include "harness/shards/division.h"

namespace plumbline::harness {
namespace {

std::string random_id() {
  std::uint64_t bits = 0;
  if (getrandom(&bits, sizeof bits, 0) != sizeof bits) {
    throw io::system_failure("getrandom", "no name for the result", errno);
  }
  return fmt::format("{:016x}", bits);
}

std::int64_t cost_ns(const Sweep& sweep) {
  std::int64_t sum = 0;
  for (const SweepPoint& point : sweep.points) sum += expected_duration_ns(point.spec);
  return sum;
}

// Those of `things` that `mine`, from `first` on, says.
template <typename Thing>
std::vector<Thing> kept(std::vector<Thing>& things, const std::vector<bool>& mine,
                        std::size_t first) {
  std::vector<Thing> some;
  for (std::size_t i = 0; i < things.size(); ++i) {
    if (mine[first + i]) some.push_back(std::move(things[i]));
  }
  return some;
}

}  // namespace

Provenance provenance_of(const std::string& name, const ExperimentPlan& plan) {
  Provenance provenance;
  provenance.id = random_id();
  provenance.name = name;
  provenance.started = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
  provenance.settings = {{"repeats", std::to_string(plan.repeats)},
                         {"most_repeats", std::to_string(plan.most_repeats)},
                         {"seed", plan.seed ? std::to_string(*plan.seed) : "of the scenario"},
                         {"rate_hz", std::to_string(plan.rate_hz)},
                         {"ledger", plan.ledger_full ? "full" : "brief"},
                         {"oracle", plan.kernel_oracle ? "kernel" : "none"}};
  for (const workloads::Spec& spec : plan.scenarios) provenance.scenarios.push_back(spec.name);
  for (const Sweep& sweep : plan.sweeps) provenance.sweeps.push_back(sweep.name);
  return provenance;
}

void keep_shard(const Shard& shard, ExperimentPlan& plan) {
  std::vector<ShardUnit> units;
  for (const workloads::Spec& spec : plan.scenarios) {
    units.push_back({"scenario " + spec.name, expected_duration_ns(spec)});
  }
  for (const Sweep& sweep : plan.sweeps) units.push_back({"sweep " + sweep.name, cost_ns(sweep)});
  const std::vector<bool> mine = units_of_shard(units, shard);
  const std::size_t scenarios = plan.scenarios.size();
  plan.scenarios = kept(plan.scenarios, mine, 0);
  plan.sweeps = kept(plan.sweeps, mine, scenarios);
  plan.provenance.shard = shard;
}

}  // namespace plumbline::harness

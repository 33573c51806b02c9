#include "harness/shards/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <ranges>
#include <set>
#include <utility>

#include "analysis/io/error.h"
#include "harness/results/fingerprint.h"
#include "harness/runs/fitness.h"
#include "harness/scoring/gate.h"

namespace plumbline::harness {
namespace {

void check_whole(std::vector<ShardResult>& shards) {
  for (const ShardResult& shard : shards) {
    if (!shard.results.provenance.shard) {
      throw io::InputError(shard.place + ": is no shard: nothing has to be merged with it");
    }
  }
  std::ranges::sort(shards, {},
                    [](const ShardResult& shard) { return shard.results.provenance.shard->index; });
  const std::int64_t total = shards.front().results.provenance.shard->total;
  std::map<std::int64_t, std::string> places;
  for (const ShardResult& shard : shards) {
    const Shard& is = *shard.results.provenance.shard;
    if (is.total != total) {
      throw io::InputError(fmt::format("{}: is shard {}/{}, but {} is {}/{}", shard.place, is.index,
                                       is.total, shards.front().place,
                                       shards.front().results.provenance.shard->index, total));
    }
    const auto [twin, first] = places.emplace(is.index, shard.place);
    if (!first) {
      throw io::InputError(fmt::format("{}: is shard {}/{}, and so is {}", shard.place, is.index,
                                       is.total, twin->second));
    }
  }
  for (std::int64_t index = 1; index <= total; ++index) {
    if (!places.contains(index)) {
      throw io::InputError(
          fmt::format("shard {}/{} is missing: it must be named as well", index, total));
    }
  }
}

std::vector<std::string> unlike_builds(const Environment& a, const Environment& b) {
  std::vector<std::string> lines;
  const auto compare = [&](const char* what, const std::string& one, const std::string& other) {
    if (one != other) lines.push_back(fmt::format("{}: {} and {}", what, one, other));
  };
  compare("git", a.git, b.git);
  compare("version", a.version, b.version);
  compare("compiler", a.compiler, b.compiler);
  return lines;
}

std::vector<std::string> unlike_experiments(const Provenance& a, const Provenance& b) {
  std::vector<std::string> lines = unlike_settings(a, b, true);
  if (a.name != b.name) lines.push_back(fmt::format("name: {} and {}", a.name, b.name));
  if (a.scenarios != b.scenarios) lines.emplace_back("other scenarios");
  if (a.sweeps != b.sweeps) lines.emplace_back("other sweeps");
  return lines;
}

// Returns whether the machines are mixed.
bool check_alike(const std::vector<ShardResult>& shards, bool unlike_machines_allowed) {
  const ShardResult& first = shards.front();
  bool mixed = false;
  for (const ShardResult& shard : shards) {
    std::vector<std::string> lines =
        unlike_experiments(first.results.provenance, shard.results.provenance);
    std::ranges::move(unlike_builds(first.results.environment, shard.results.environment),
                      std::back_inserter(lines));
    if (!lines.empty()) {
      throw io::InputError(fmt::format("{}: is no part of the experiment of {}: {}", shard.place,
                                       first.place, fmt::join(lines, "; ")));
    }
    lines = unlike_machines(first.results.environment, shard.results.environment);
    mixed = mixed || !lines.empty();
    if (lines.empty() || unlike_machines_allowed) continue;
    throw io::InputError(
        fmt::format("{}: ran on another machine than {}: {}; --force-unlike "
                    "merges nevertheless",
                    shard.place, first.place, fmt::join(lines, "; ")));
  }
  return mixed;
}

// A scenario's, or a sweep's, rows are in one shard.
template <typename Row>
void check_units(const std::vector<ShardResult>& shards, const std::vector<std::string>& names,
                 std::vector<Row> Results::*table, const char* what) {
  std::map<std::string, std::string> places;
  for (const ShardResult& shard : shards) {
    std::set<std::string> here;
    for (const Row& row : shard.results.*table) here.insert(row.scenario);
    for (const std::string& name : here) {
      const auto [twin, first] = places.emplace(name, shard.place);
      if (!first) {
        throw io::InputError(
            fmt::format("{}: has the {} {}, and so has {}", shard.place, what, name, twin->second));
      }
    }
  }
  for (const std::string& name : names) {
    if (!places.contains(name)) {
      throw io::InputError(fmt::format("{} {}: is in no shard", what, name));
    }
  }
}

// The order of the whole experiment: sweeps first (of runs), then scenarios.
class Order {
 public:
  explicit Order(const Provenance& provenance) {
    for (const std::string& name : provenance.sweeps) sweeps_.emplace(name, sweeps_.size());
    for (const std::string& name : provenance.scenarios) {
      scenarios_.emplace(name, sweeps_.size() + scenarios_.size());
    }
  }

  template <typename Row>
  void apply(std::vector<Row>& rows) const {
    std::ranges::stable_sort(rows, {}, [&](const Row& row) { return rank(row.scenario); });
  }

 private:
  std::size_t rank(const std::string& name) const {
    const auto scenario = scenarios_.find(name);
    if (scenario != scenarios_.end()) return scenario->second;
    const auto sweep = sweeps_.find(name.substr(0, name.rfind('@')));  // NAME@VALUE, or NAME
    return sweep != sweeps_.end() ? sweep->second : sweeps_.size() + scenarios_.size();
  }

  std::map<std::string, std::size_t> sweeps_, scenarios_;
};

template <typename Row>
void take_rows(std::vector<Row> Results::*table, std::vector<ShardResult>& shards,
               const Order& order, Results& merged) {
  for (ShardResult& shard : shards) {
    std::ranges::move(shard.results.*table, std::back_inserter(merged.*table));
  }
  order.apply(merged.*table);
}

// Who failed in one shard has failed.
void take_profilers(const std::vector<ShardResult>& shards, Results& merged) {
  merged.profilers = shards.front().results.profilers;
  for (ProfilerRow& row : merged.profilers) {
    for (const ShardResult& shard : shards) {
      for (const ProfilerRow& other : shard.results.profilers) {
        const bool worse = other.profiler == row.profiler && row.state == ProfilerState::kJudged &&
                           other.state != ProfilerState::kJudged;
        if (worse) row = other;
      }
    }
  }
}

// The same gate file everywhere (it is a setting); how many rows each entry judged adds up.
void take_gate(const std::vector<ShardResult>& shards, Results& merged) {
  merged.gate = shards.front().results.gate;
  if (!merged.gate) return;
  for (const ShardResult& shard : shards | std::views::drop(1)) {
    const std::optional<GateUse>& gate = shard.results.gate;
    if (!gate || gate->entries.size() != merged.gate->entries.size()) {
      throw io::InputError(
          fmt::format("{}: was judged by another gate than {}", shard.place, shards.front().place));
    }
    for (std::size_t i = 0; i < gate->entries.size(); ++i) {
      merged.gate->entries[i].rows += gate->entries[i].rows;
    }
  }
}

Provenance merged_provenance(const std::vector<ShardResult>& shards, bool mixed) {
  Provenance provenance = shards.front().results.provenance;
  std::string ids;
  for (const ShardResult& shard : shards) {
    ids += shard.results.provenance.id + "\n";
    provenance.started = std::min(provenance.started, shard.results.provenance.started);
  }
  provenance.id = "merged-" + digest_of(ids);  // merged again, it is the same result
  provenance.shard.reset();
  provenance.mixed_machines = mixed;
  return provenance;
}

template <typename Row>
void withdraw(std::vector<Row>& rows, const std::string& unfit) {
  for (Row& row : rows) {
    if (row.verdict == Verdict::kSkipped || row.verdict == Verdict::kNotOffered) continue;
    row.verdict = Verdict::kInconclusive;
    row.reason = unfit;
  }
}

// Runs of sweeps have no rows of their own, and no part in this.
void judge_machine_of_all(Results& merged) {
  std::set<std::pair<std::string, std::string>> campaigns;
  for (const CellRow& cell : merged.cells) campaigns.emplace(cell.scenario, cell.profiler);
  Fitness all;
  std::map<std::pair<std::string, std::string>, Fitness> each;
  std::vector<std::pair<std::string, std::string>> order;
  for (const RunRow& run : merged.runs) {
    const std::pair key{run.scenario, run.profiler};
    if (!campaigns.contains(key)) continue;
    all.add(run);
    if (!each.contains(key)) order.push_back(key);
    each[key].add(run);
  }
  std::string first_unfit = all.unfit();
  if (!first_unfit.empty()) {
    withdraw(merged.cells, first_unfit);
    withdraw(merged.links, first_unfit);
    withdraw(merged.conservation, first_unfit);
    withdraw(merged.assertions, first_unfit);
  }
  for (const auto& key : order) {
    if (first_unfit.empty()) first_unfit = each[key].unfit();
  }
  merged.summary = summarize(merged, first_unfit);
}

}  // namespace

Results merge_shards(std::vector<ShardResult> shards, bool unlike_machines_allowed) {
  check_whole(shards);
  const bool mixed = check_alike(shards, unlike_machines_allowed);
  const Provenance& first = shards.front().results.provenance;
  check_units(shards, first.scenarios, &Results::cells, "scenario");
  check_units(shards, first.sweeps, &Results::sweeps, "sweep");
  Results merged;
  merged.environment = shards.front().results.environment;
  for (const ShardResult& shard : shards) {  // a shard without a run does not know it
    if (merged.environment.rseq.empty()) {
      merged.environment.rseq = shard.results.environment.rseq;
    }
  }
  merged.provenance = merged_provenance(shards, mixed);
  const Order order(merged.provenance);
  take_rows(&Results::runs, shards, order, merged);
  take_rows(&Results::cells, shards, order, merged);
  take_rows(&Results::functions, shards, order, merged);
  take_rows(&Results::links, shards, order, merged);
  take_rows(&Results::conservation, shards, order, merged);
  take_rows(&Results::confusion, shards, order, merged);
  take_rows(&Results::sweeps, shards, order, merged);
  take_rows(&Results::oracle, shards, order, merged);
  take_rows(&Results::standings, shards, order, merged);
  take_rows(&Results::assertions, shards, order, merged);
  take_profilers(shards, merged);
  take_gate(shards, merged);
  judge_machine_of_all(merged);
  return merged;
}

}  // namespace plumbline::harness

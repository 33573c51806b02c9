// Shards merged: as the whole experiment with the same runs, or refused.
#include "harness/shards/merge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "analysis/io/error.h"
#include "harness/results/results_reader.h"
#include "harness/results/results_writer.h"
#include "harness/runs/campaign.h"
#include "tests/harness/synthetic_run.h"

namespace plumbline::harness {
namespace {

const std::vector<std::string> kScenarios = {"zebra", "ant", "mole", "bee", "cat"};
const std::vector<std::string> kSweeps = {"waits", "bursts"};

Provenance provenance(const std::string& id) {
  Provenance made;
  made.id = id;
  made.name = "suite";
  made.started = "2026-11-23T00:20:0" + id.substr(0, 1) + "Z";
  made.settings = {{"repeats", "3"}, {"rate_hz", "1000"}};
  made.scenarios = kScenarios;
  made.sweeps = kSweeps;
  return made;
}

Environment environment() {
  Environment made;
  made.kernel = "Linux 6.1";
  made.cpu_model = "a CPU";
  made.cpus = 2;
  made.rseq = "rseq";
  made.git = "abc";
  return made;
}

// How many runs of each scenario are invalid; the rest of the three is not.
using Invalid = std::function<int(const std::string& scenario)>;

Campaign campaign_of(const std::string& scenario, const Invalid& invalid) {
  Campaign campaign{scenario, "plumbline", {}};
  for (int repeat = 1; repeat <= 3; ++repeat) {
    const auto seed = static_cast<std::uint64_t>(repeat) + 10 * scenario.size();
    campaign.runs.push_back(testing::scored(testing::synthetic_run(seed), repeat));
    RunRow& row = campaign.runs.back().row;
    row.id = scenario + "/plumbline/" + std::to_string(repeat);
    row.scenario = scenario;
    if (repeat <= invalid(scenario)) {
      row.machine = MachineVerdict::kInvalid;
      row.reasons = {"disturbed"};
    }
  }
  return campaign;
}

void add_sweep(const std::string& name, Results& results) {
  SweepRow row{name, "plumbline", "wait_us", {{1, 0.5, {}}, {2, {}, {}}}, {}};
  for (const SweepPointRow& point : row.points) {
    RunRow run;
    run.id = name + "@" + std::to_string(static_cast<int>(point.value));
    run.scenario = run.id;
    run.profiler = "plumbline";
    run.machine = MachineVerdict::kInvalid;  // sweeps have no part in whether the machine was fit
    results.runs.push_back(run);
  }
  results.sweeps.push_back(row);
}

// What an experiment of these would leave behind, as it is read back.
Results experiment(Provenance made, const std::vector<std::string>& scenarios,
                   const std::vector<std::string>& sweeps, const Invalid& invalid) {
  Results so_far;
  so_far.environment = environment();
  so_far.provenance = std::move(made);
  for (const std::string& name : sweeps) add_sweep(name, so_far);
  std::vector<Campaign> campaigns;
  for (const std::string& name : scenarios) campaigns.push_back(campaign_of(name, invalid));
  const Results results = judge_campaigns(std::move(campaigns), Tolerances{}, std::move(so_far));
  return results_from_json(results_to_json(results).dump(), "synthetic");
}

int none_invalid(const std::string&) { return 0; }

std::vector<ShardResult> three_shards(const Invalid& invalid = none_invalid) {
  const std::vector<std::vector<std::string>> scenarios = {
      {"ant", "cat"}, {"zebra"}, {"mole", "bee"}};
  const std::vector<std::vector<std::string>> sweeps = {{}, {"bursts"}, {"waits"}};
  std::vector<ShardResult> shards;
  for (std::size_t i = 0; i < 3; ++i) {
    Provenance made = provenance(std::to_string(i));
    made.shard = Shard{static_cast<std::int64_t>(i) + 1, 3};
    shards.push_back({"s" + std::to_string(i + 1),
                      experiment(std::move(made), scenarios[i], sweeps[i], invalid)});
  }
  std::swap(shards[0], shards[2]);  // in any order
  return shards;
}

// Everything but what must differ: the name of the result.
std::string text_of(Results results) {
  results.provenance.id = "same";
  return results_to_json(results).dump(1);
}

Results whole(const Invalid& invalid = none_invalid) {
  return experiment(provenance("0"), kScenarios, kSweeps, invalid);
}

TEST(Merge, IsTheWholeExperimentWithTheSameRuns) {
  const Results merged = merge_shards(three_shards(), false);
  EXPECT_EQ(text_of(merged), text_of(whole()));
  EXPECT_EQ(merged.summary.exit_code, 0) << merged.summary.reason;
}

TEST(Merge, IsTheWholeExperimentWhereOneScenarioIsUnfit) {
  const auto bee = [](const std::string& scenario) { return scenario == "bee" ? 2 : 0; };
  const Results merged = merge_shards(three_shards(bee), false);
  EXPECT_EQ(text_of(merged), text_of(whole(bee)));
  EXPECT_EQ(merged.summary.exit_code, 3);
  EXPECT_TRUE(merged.summary.reason.starts_with("machine unfit: 2 of 3")) << merged.summary.reason;
}

// Fault: a shard judges the machine by its own runs alone, and takes back what the whole would
// judge.
// Pass: two of three scenarios of the shard are unfit, of all five too few: the third is judged.
TEST(Merge, AShardDoesNotTakeBackWhatTheWholeJudges) {
  const auto two = [](const std::string& scenario) {
    return scenario == "mole" ? 3 : scenario == "bee" ? 1 : 0;
  };
  EXPECT_EQ(text_of(merge_shards(three_shards(two), false)), text_of(whole(two)));
}

TEST(Merge, AMachineUnfitInAllJudgesNothing) {
  const auto most = [](const std::string& scenario) { return scenario == "ant" ? 0 : 2; };
  const Results merged = merge_shards(three_shards(most), false), expected = whole(most);
  ASSERT_EQ(merged.cells.size(), expected.cells.size());
  for (std::size_t i = 0; i < merged.cells.size(); ++i) {
    EXPECT_EQ(merged.cells[i].verdict, expected.cells[i].verdict);
    EXPECT_EQ(merged.cells[i].reason, expected.cells[i].reason);
  }
  EXPECT_EQ(merged.summary.reason, expected.summary.reason);
  EXPECT_EQ(merged.summary.exit_code, 3);
}

TEST(Merge, TheSameShardsGiveTheSameName) {
  std::vector<ShardResult> shards = three_shards();
  const std::string id = merge_shards(shards, false).provenance.id;
  std::ranges::reverse(shards);
  EXPECT_EQ(merge_shards(shards, false).provenance.id, id);
  shards[0].results.provenance.id = "another";
  EXPECT_NE(merge_shards(shards, false).provenance.id, id);
}

std::string complaint(const std::function<void(std::vector<ShardResult>&)>& change,
                      bool force = false) {
  std::vector<ShardResult> shards = three_shards();  // s3, s2, s1
  change(shards);
  try {
    merge_shards(shards, force);
  } catch (const io::InputError& error) {
    return error.what();
  }
  return "";
}

using Shards = std::vector<ShardResult>;

TEST(Merge, RefusesShardsThatAreMissingOrThereTwice) {
  EXPECT_EQ(complaint([](Shards& shards) { shards.erase(shards.begin() + 1); }),
            "shard 2/3 is missing: it must be named as well");
  EXPECT_EQ(complaint([](Shards& shards) {
              shards.push_back(shards[0]);
              shards.back().place = "again";
            }),
            "again: is shard 3/3, and so is s3");
  EXPECT_EQ(complaint([](Shards& shards) {
              shards[1].results.provenance.shard = {2, 4};
            }),
            "s2: is shard 2/4, but s1 is 1/3");
  EXPECT_EQ(complaint([](Shards& shards) { shards[1].results.provenance.shard.reset(); }),
            "s2: is no shard: nothing has to be merged with it");
  EXPECT_EQ(complaint([](Shards& shards) { shards[0].results.provenance = {}; }),
            "s3: is no shard: nothing has to be merged with it");
}

TEST(Merge, RefusesPartsOfOtherExperiments) {
  const auto refused = [](const std::string& word, const std::function<void(Results&)>& change) {
    const std::string text = complaint([&](Shards& shards) { change(shards[1].results); }, true);
    EXPECT_NE(text.find("s2: is no part of the experiment of s1"), text.npos) << text;
    EXPECT_NE(text.find(word), text.npos) << text;
  };
  refused("git: abc and def", [](Results& results) { results.environment.git = "def"; });
  refused("version", [](Results& results) { results.environment.version = "9"; });
  refused("compiler", [](Results& results) { results.environment.compiler = "other"; });
  refused("rate_hz: 1000 and 199",
          [](Results& results) { results.provenance.settings["rate_hz"] = "199"; });
  refused("name: suite and x", [](Results& results) { results.provenance.name = "x"; });
  refused("other scenarios", [](Results& results) { results.provenance.scenarios.pop_back(); });
  refused("other sweeps", [](Results& results) { results.provenance.sweeps.clear(); });
}

TEST(Merge, RefusesUnlikeMachinesUnlessToldAndThenSaysSo) {
  const auto change = [](Shards& shards) { shards[1].results.environment.cpus = 8; };
  const std::string text = complaint(change);
  EXPECT_NE(text.find("s2: ran on another machine than s1: cpus: 2 and 8"), text.npos) << text;
  std::vector<ShardResult> shards = three_shards();
  EXPECT_FALSE(merge_shards(shards, true).provenance.mixed_machines);
  change(shards);
  const Results merged = merge_shards(shards, true);
  EXPECT_TRUE(merged.provenance.mixed_machines);
  EXPECT_TRUE(results_from_json(results_to_json(merged).dump(), "x").provenance.mixed_machines);
}

TEST(Merge, RefusesScenariosThatAreNowhereOrInTwoShards) {
  EXPECT_EQ(complaint([](Shards& shards) { shards[1].results.cells.clear(); }),
            "scenario zebra: is in no shard");
  EXPECT_EQ(complaint([](Shards& shards) {
              shards[1].results.cells.push_back(shards[2].results.cells.front());
            }),
            "s2: has the scenario ant, and so has s1");
  EXPECT_EQ(complaint([](Shards& shards) { shards[1].results.sweeps.clear(); }),
            "sweep bursts: is in no shard");
}

}  // namespace
}  // namespace plumbline::harness

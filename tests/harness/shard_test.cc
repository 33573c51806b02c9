// Which part a process runs: every way to say it, and every way to say it wrong.
#include "harness/shards/shard.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>

#include "analysis/io/error.h"
#include "harness/shards/division.h"

namespace plumbline::harness {
namespace {

using Values = std::map<std::string, std::string>;

Variables variables(const Values& values) {
  return [&values](const char* name) {
    const auto found = values.find(name);
    return found == values.end() ? nullptr : found->second.c_str();
  };
}

// "2/3 by SOURCE", "" for the whole, or the complaint.
std::string choice(const Values& values, const std::string& flag = "",
                   std::optional<std::int64_t> total = {}) {
  try {
    const ShardChoice chosen = choose_shard(flag, total, variables(values));
    if (!chosen.shard) return "";
    return std::to_string(chosen.shard->index) + "/" + std::to_string(chosen.shard->total) +
           " by " + chosen.source;
  } catch (const io::InputError& error) {
    return std::string("refused: ") + error.what();
  }
}

bool refused(const std::string& choice, const std::string& word) {
  return choice.starts_with("refused: ") && choice.find(word) != choice.npos;
}

TEST(Shard, FlagCountsFromOne) {
  EXPECT_EQ(choice({}, "1/3"), "1/3 by --shard");
  EXPECT_EQ(choice({}, "3/3"), "3/3 by --shard");
  EXPECT_EQ(choice({}, "1/1"), "");
  for (const char* wrong : {"0/3", "4/3", "3", "/", "1/", "/3", "1/3/5", "-1/3", "a/b", "1/0",
                            "1 /3", "1/99999999999999999999"}) {
    EXPECT_TRUE(refused(choice({}, wrong), "--shard")) << wrong;
  }
}

TEST(Shard, NothingSaidIsTheWhole) {
  EXPECT_EQ(choice({}), "");
  EXPECT_EQ(choice({{"GTEST_SHARD_INDEX", ""}, {"CI_NODE_INDEX", ""}}), "");
}

TEST(Shard, GoogleTestCountsFromZero) {
  EXPECT_EQ(choice({{"GTEST_SHARD_INDEX", "0"}, {"GTEST_TOTAL_SHARDS", "3"}}),
            "1/3 by GTEST_SHARD_INDEX");
  EXPECT_EQ(choice({{"GTEST_SHARD_INDEX", "2"}, {"GTEST_TOTAL_SHARDS", "3"}}),
            "3/3 by GTEST_SHARD_INDEX");
  EXPECT_TRUE(refused(choice({{"GTEST_SHARD_INDEX", "3"}, {"GTEST_TOTAL_SHARDS", "3"}}), "4 of 3"));
  EXPECT_TRUE(refused(choice({{"GTEST_SHARD_INDEX", "1"}}), "GTEST_TOTAL_SHARDS"));
  EXPECT_TRUE(refused(choice({{"GTEST_TOTAL_SHARDS", "3"}}), "GTEST_SHARD_INDEX"));
  EXPECT_TRUE(refused(choice({{"GTEST_SHARD_INDEX", "x"}, {"GTEST_TOTAL_SHARDS", "3"}}), "\"x\""));
}

Values slurm(const char* id, const char* min, const char* max, const char* count,
             const char* step) {
  return {{"SLURM_ARRAY_TASK_ID", id},
          {"SLURM_ARRAY_TASK_MIN", min},
          {"SLURM_ARRAY_TASK_MAX", max},
          {"SLURM_ARRAY_TASK_COUNT", count},
          {"SLURM_ARRAY_TASK_STEP", step}};
}

TEST(Shard, SlurmArraysMayBeginAnywhereAndTakeSteps) {
  EXPECT_EQ(choice(slurm("0", "0", "3", "4", "1")), "1/4 by SLURM_ARRAY_TASK_ID");
  EXPECT_EQ(choice(slurm("7", "5", "8", "4", "1")), "3/4 by SLURM_ARRAY_TASK_ID");
  EXPECT_EQ(choice(slurm("12", "4", "16", "4", "4")), "3/4 by SLURM_ARRAY_TASK_ID");
  Values bare = slurm("7", "5", "8", "4", "1");  // of a Slurm before STEP and MAX
  bare.erase("SLURM_ARRAY_TASK_STEP");
  bare.erase("SLURM_ARRAY_TASK_MAX");
  EXPECT_EQ(choice(bare), "3/4 by SLURM_ARRAY_TASK_ID");
}

// Fault: the tasks 1, 2 and 7 of `--array=1,2,7` are taken for parts 1, 2 and 7 of 3.
// Pass: an array with gaps is refused, as is one whose figures do not fit.
TEST(Shard, SlurmArraysWithGapsAreRefused) {
  EXPECT_TRUE(refused(choice(slurm("2", "1", "7", "3", "1")), "gaps"));
  EXPECT_TRUE(refused(choice(slurm("7", "4", "16", "4", "4")), "gaps"));
  EXPECT_TRUE(refused(choice(slurm("1", "4", "16", "4", "4")), "gaps"));
  EXPECT_TRUE(refused(choice(slurm("4", "4", "16", "4", "0")), "gaps"));
  EXPECT_TRUE(refused(choice({{"SLURM_ARRAY_TASK_ID", "1"}}), "SLURM_ARRAY_TASK_MIN"));
}

TEST(Shard, KubernetesHasToBeToldHowMany) {
  EXPECT_EQ(choice({{"JOB_COMPLETION_INDEX", "2"}}, "", 5), "3/5 by JOB_COMPLETION_INDEX");
  EXPECT_TRUE(refused(choice({{"JOB_COMPLETION_INDEX", "2"}}), "--shard-total"));
  EXPECT_TRUE(refused(choice({{"JOB_COMPLETION_INDEX", "5"}}, "", 5), "6 of 5"));
  EXPECT_EQ(choice({{"JOB_COMPLETION_INDEX", "2"}}, "1/1"), "");
}

TEST(Shard, GitLabCountsFromOneAndSaysOneForEveryJob) {
  EXPECT_EQ(choice({{"CI_NODE_INDEX", "3"}, {"CI_NODE_TOTAL", "3"}}), "3/3 by CI_NODE_INDEX");
  EXPECT_EQ(choice({{"CI_NODE_TOTAL", "1"}}), "");
  EXPECT_TRUE(refused(choice({{"CI_NODE_INDEX", "0"}, {"CI_NODE_TOTAL", "3"}}), "0 of 3"));
}

TEST(Shard, TheFlagWinsAndTheRestMustAgree) {
  const Values agree = {{"GTEST_SHARD_INDEX", "1"},
                        {"GTEST_TOTAL_SHARDS", "3"},
                        {"CI_NODE_INDEX", "2"},
                        {"CI_NODE_TOTAL", "3"}};
  EXPECT_EQ(choice(agree), "2/3 by GTEST_SHARD_INDEX");
  Values contradict = agree;
  contradict["CI_NODE_INDEX"] = "3";
  EXPECT_TRUE(refused(choice(contradict), "CI_NODE_INDEX says 3/3"));
  EXPECT_EQ(choice(contradict, "1/2"), "1/2 by --shard");
  Values one = agree;
  one["CI_NODE_INDEX"] = one["CI_NODE_TOTAL"] = "1";  // no statement
  EXPECT_EQ(choice(one), "2/3 by GTEST_SHARD_INDEX");
  EXPECT_TRUE(refused(choice(agree, "", 4), "--shard-total 4"));
  EXPECT_TRUE(refused(choice({}, "1/2", 3), "--shard-total"));
  EXPECT_TRUE(refused(choice({}, "", 3), "nothing says"));
  EXPECT_EQ(choice({}, "", 1), "");
}

TEST(Shard, GoogleTestsStatusFileIsTouchedAndNotEmptied) {
  const std::filesystem::path file = std::filesystem::path(::testing::TempDir()) / "shard_status";
  std::filesystem::remove(file);
  const Values values = {{"GTEST_SHARD_STATUS_FILE", file.string()}};
  acknowledge_shard(variables(values));
  EXPECT_TRUE(std::filesystem::exists(file));
  acknowledge_shard(variables({}));
  const Values nowhere = {{"GTEST_SHARD_STATUS_FILE", "/nowhere/x"}};
  EXPECT_THROW(acknowledge_shard(variables(nowhere)), io::InputError);
}

std::vector<ShardUnit> units(std::size_t count, bool costs) {
  std::mt19937_64 random(20261123);
  std::vector<ShardUnit> all;
  for (std::size_t i = 0; i < count; ++i) {
    all.push_back({"unit " + std::to_string(i),
                   costs ? static_cast<std::int64_t>(random() % 9000) + 1000 : 0});
  }
  return all;
}

TEST(Division, EveryUnitIsInOneShardWhateverTheOrder) {
  const std::vector<ShardUnit> all = units(53, true);
  std::vector<ShardUnit> reversed(all.rbegin(), all.rend());
  std::vector<int> owners(all.size());
  for (std::int64_t index = 1; index <= 7; ++index) {
    const std::vector<bool> mine = units_of_shard(all, {index, 7});
    std::vector<bool> other = units_of_shard(reversed, {index, 7});
    std::reverse(other.begin(), other.end());
    EXPECT_EQ(mine, other);
    for (std::size_t i = 0; i < mine.size(); ++i) owners[i] += mine[i] ? 1 : 0;
  }
  EXPECT_EQ(owners, std::vector<int>(all.size(), 1));
}

TEST(Division, CostsAreBalancedAndSoAreCountsWhereNoneIsKnown) {
  const std::vector<ShardUnit> all = units(53, true);
  std::int64_t total = 0, longest = 0, costliest = 0;
  for (const ShardUnit& unit : all) {
    total += unit.cost_ns;
    costliest = std::max(costliest, unit.cost_ns);
  }
  for (std::int64_t index = 1; index <= 5; ++index) {
    const std::vector<bool> mine = units_of_shard(all, {index, 5});
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < mine.size(); ++i) sum += mine[i] ? all[i].cost_ns : 0;
    longest = std::max(longest, sum);
    const std::vector<bool> counted = units_of_shard(units(50, false), {index, 5});
    EXPECT_EQ(std::ranges::count(counted, true), 10);
  }
  EXPECT_LE(longest, total / 5 * 11 / 10);
}

TEST(Division, MoreShardsThanUnitsLeaveSomeEmpty) {
  int filled = 0;
  for (std::int64_t index = 1; index <= 5; ++index) {
    filled += std::ranges::count(units_of_shard(units(2, true), {index, 5}), true) > 0 ? 1 : 0;
  }
  EXPECT_EQ(filled, 2);
}

}  // namespace
}  // namespace plumbline::harness

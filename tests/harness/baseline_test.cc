// Baselines: the one that fits is found, and only what may be one becomes one.
#include "harness/comparison/baseline.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>

#include "analysis/io/error.h"
#include "tests/harness/hostile_results.h"

namespace plumbline::harness {
namespace {

std::filesystem::path fresh_folder(const char* name) {
  const std::filesystem::path folder = std::filesystem::path(::testing::TempDir()) / name;
  std::filesystem::remove_all(folder);
  return folder;
}

Results result(const std::string& id) {
  Results made = testing::small_results();
  made.environment.kernel = "Linux 6.1";
  made.environment.cpus = 2;
  made.provenance.id = id;
  made.provenance.name = "standard";
  return made;
}

TEST(Baseline, IsFoundByMachineAndExperiment) {
  const std::filesystem::path folder = fresh_folder("baselines");
  const std::filesystem::path file = save_baseline(folder, result("first"));
  EXPECT_EQ(file.filename(), "standard.json");
  EXPECT_EQ(read_baseline(folder, result("later")).provenance.id, "first");
  EXPECT_EQ(save_baseline(folder, result("second")), file);
  EXPECT_EQ(read_baseline(folder, result("later")).provenance.id, "second");
  Results elsewhere = result("later");
  elsewhere.environment.cpus = 8;
  EXPECT_THROW(read_baseline(folder, elsewhere), io::InputError);
  Results other = result("later");
  other.provenance.name = "smoke";
  EXPECT_THROW(read_baseline(folder, other), io::InputError);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(file.parent_path()), {}), 1);
}

TEST(Baseline, NamesLeadNowhereElse) {
  const std::filesystem::path folder = "folder";
  Results one = result("1"), other = result("2");
  one.provenance.name = "../../x";
  other.provenance.name = "..-..-x";
  for (const Results& each : {one, other}) {
    EXPECT_EQ(baseline_file(folder, each).parent_path().parent_path(), folder);
  }
  EXPECT_NE(baseline_file(folder, one), baseline_file(folder, other));
}

TEST(Baseline, WhatJudgedNothingBecomesNone) {
  const std::filesystem::path folder = fresh_folder("no_baselines");
  const auto refused = [&](const std::function<void(Results&)>& change) {
    Results changed = result("1");
    change(changed);
    EXPECT_THROW(save_baseline(folder, changed), io::InputError);
  };
  refused([](Results& results) { results.provenance = {}; });
  refused([](Results& results) { results.provenance.shard = {1, 3}; });
  refused([](Results& results) { results.provenance.mixed_machines = true; });
  refused([](Results& results) { results.summary.exit_code = 77; });
  refused([](Results& results) {
    results.summary.exit_code = 3;
    results.summary.reason = "machine unfit: 4 of 9 runs invalid";
  });
  EXPECT_FALSE(std::filesystem::exists(folder));
}

}  // namespace
}  // namespace plumbline::harness

// Suites and patterns: what they select of the scenarios that there are.
#include "harness/scenarios.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "analysis/io/error.h"

namespace plumbline::harness {
namespace {

Installation in_the_sources() {
  const std::filesystem::path workloads = WORKLOADS_DIRECTORY;
  Installation installation;
  installation.scenarios = workloads / "scenarios";
  installation.sweeps = workloads / "sweeps";
  return installation;
}

bool has(const Selection& selection, const std::string& name) {
  return std::ranges::count(selection.scenarios, name, &workloads::Spec::name) == 1;
}

TEST(Scenarios, EachSuiteTakesWhatItSays) {
  const auto selected = [](const char* suite) {
    return select_suite(in_the_sources(), find_suite(suite));
  };
  const Selection standard = selected("standard");
  EXPECT_EQ(standard.scenarios.size(), 2u);
  EXPECT_TRUE(standard.sweeps.empty());
  const Selection adversarial = selected("adversarial");
  EXPECT_FALSE(has(adversarial, "standard"));
  EXPECT_TRUE(has(adversarial, "event_loop"));
  EXPECT_TRUE(adversarial.sweeps.empty());
  const Selection sweeps = selected("sweeps");
  EXPECT_TRUE(sweeps.scenarios.empty());
  EXPECT_GE(sweeps.sweeps.size(), 6u);
  const Selection full = selected("full");
  EXPECT_EQ(full.scenarios.size(), adversarial.scenarios.size() + 2);
  EXPECT_EQ(full.sweeps.size(), sweeps.sweeps.size());
  EXPECT_EQ(selected("smoke").scenarios.at(0).rounds, 6);
  EXPECT_THROW(find_suite("none"), io::InputError);
}

TEST(Scenarios, APatternMeansScenariosAndSweeps) {
  Selection selection;
  select_scenarios(in_the_sources(), "lockstep_*", selection);
  EXPECT_EQ(selection.scenarios.size(), 3u);
  EXPECT_EQ(selection.sweeps.size(), 1u);
  EXPECT_THROW(select_scenarios(in_the_sources(), "none_*", selection), io::InputError);
}

}  // namespace
}  // namespace plumbline::harness

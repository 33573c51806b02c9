// Sweeps: read from files, and turned into curves with a breaking point.
#include "harness/sweep.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "analysis/io/error.h"
#include "harness/scoring/gate.h"
#include "tests/harness/synthetic_run.h"
#include "tests/workloads/temporary_directory.h"

namespace plumbline::harness {
namespace {

using Json = nlohmann::json;
using workloads::TemporaryDirectory;

Json valid_sweep() {
  return Json::parse(R"({
    "parameter": "length of a sleep, us", "endpoint": "GET /a", "figure": "sync",
    "points": [{"value": 100, "set": {"/rounds": 40,
                                      "/endpoints/0/steps/0/duration_us": 100}},
               {"value": 1e3, "set": {"/endpoints/0/steps/0/duration_us": 1000}}],
    "scenario": {"name": "sleeps", "description": "sleeps", "workers": 1, "rounds": 4,
      "endpoints": [
      {"name": "GET /a", "steps": [{"category": "sync", "duration_us": 7, "primitive": "sleep"}]}]}
  })");
}

Sweep read(const Json& json) {
  const TemporaryDirectory folder;
  const std::filesystem::path file = folder.path() / "sweep.json";
  std::ofstream(file) << json;
  return read_sweep(file);
}

std::string complaint(const Json& json) {
  try {
    read(json);
  } catch (const io::InputError& error) {
    return error.what();
  }
  return "";
}

TEST(Sweep, PutsItsValuesIntoTheScenario) {
  const Sweep sweep = read(valid_sweep());
  EXPECT_EQ(sweep.name, "sleeps");
  EXPECT_EQ(sweep.category, format::Category::kSync);
  ASSERT_EQ(sweep.points.size(), 2u);
  EXPECT_EQ(sweep.points[0].spec.name, "sleeps@100");
  EXPECT_EQ(sweep.points[0].spec.rounds, 40);
  EXPECT_EQ(sweep.points[0].spec.endpoints[0].steps[0].segment.duration_ns, 100'000);
  EXPECT_EQ(sweep.points[1].spec.name, "sleeps@1000");
  EXPECT_EQ(sweep.points[1].spec.rounds, 4);
  EXPECT_EQ(sweep.points[1].spec.endpoints[0].steps[0].segment.duration_ns, 1'000'000);
}

TEST(Sweep, ComplainsWithFileAndPath) {
  const auto changed = [](const char* pointer, const Json& value) {
    Json json = valid_sweep();
    json[Json::json_pointer(pointer)] = value;
    return complaint(json);
  };
  EXPECT_NE(changed("/figure", "speed").find("figure: expected one of"), std::string::npos);
  EXPECT_NE(changed("/points", Json::array()).find("points"), std::string::npos);
  EXPECT_NE(changed("/points/0/value", "fast").find("points[0].value: expected a number"),
            std::string::npos);
  EXPECT_NE(changed("/points/0/set", 3).find("points[0].set"), std::string::npos);
  EXPECT_NE(changed("/points/1/sett", 3).find("sett"), std::string::npos);
  EXPECT_NE(changed("/endpoint", "GET /z").find("no endpoint GET /z"), std::string::npos);
  EXPECT_NE(changed("/scenario", "x").find("scenario: expected a scenario"), std::string::npos);
  // Fault: a mistyped pointer adds a key, and every point measures the same. Pass: it is refused.
  Json json = valid_sweep();
  json["points"][0]["set"] = {{"/endpoints/0/steps/0/duration", 100}};
  EXPECT_NE(complaint(json).find("sleeps@100: expected pointers"), std::string::npos);
}

// A point of the sweep below whose profiler shows `factor` times the true sync time.
Campaign campaign_with(double factor, MachineVerdict machine = MachineVerdict::kOk) {
  Campaign campaign{"sleeps@1", "plumbline", {}};
  for (int repeat = 1; repeat <= 3; ++repeat) {
    campaign.runs.push_back(
        testing::scored(testing::synthetic_run(static_cast<std::uint64_t>(repeat)), repeat));
    ScoredRun& run = campaign.runs.back();
    run.row.machine = machine;
    for (auto& [name, endpoint] : run.profile.endpoints) {
      std::int64_t& ns = endpoint.time.category[static_cast<std::size_t>(format::Category::kSync)];
      ns = static_cast<std::int64_t>(static_cast<double>(ns) * factor);
    }
  }
  return campaign;
}

Sweep sweep_of(std::size_t points) {
  Sweep sweep;
  sweep.name = "sleeps";
  sweep.endpoint = "GET /a";
  sweep.category = format::Category::kSync;
  for (std::size_t i = 1; i <= points; ++i) sweep.points.push_back({static_cast<double>(i), {}});
  return sweep;
}

TEST(Sweep, BreaksAtTheFirstValueWhoseErrorIsSurelyTooLarge) {
  const std::vector<Campaign> campaigns = {campaign_with(1), campaign_with(0.7), campaign_with(1),
                                           campaign_with(0.5)};
  const SweepRow row = score_sweep(sweep_of(4), campaigns, Tolerances{});
  ASSERT_EQ(row.points.size(), 4u);
  EXPECT_NEAR(row.points[0].error_pct.value(), 0, 1);
  EXPECT_NEAR(row.points[1].error_pct.value(), -30, 2);
  EXPECT_NEAR(row.points[3].error_pct.value(), -50, 2);
  EXPECT_EQ(row.breaking_point, 2.0);
  EXPECT_FALSE(score_sweep(sweep_of(1), campaigns, Tolerances{}).breaking_point);
}

TEST(Sweep, HasNoErrorWhereTheMachineWasUnfit) {
  const std::vector<Campaign> campaigns = {campaign_with(0.5, MachineVerdict::kInvalid),
                                           campaign_with(1)};
  const SweepRow row = score_sweep(sweep_of(2), campaigns, Tolerances{});
  EXPECT_FALSE(row.points[0].error_pct);
  EXPECT_TRUE(row.points[1].error_pct);
  EXPECT_FALSE(row.breaking_point);
}

TEST(Sweep, OfFunctionsShowsTheLargestErrorOfAShare) {
  std::vector<Campaign> campaigns = {campaign_with(1), campaign_with(1)};
  for (std::size_t point = 0; point < campaigns.size(); ++point) {
    for (ScoredRun& run : campaigns[point].runs) {
      auto& endpoint = run.profile.endpoints.at("GET /a");
      endpoint.samples = 1'000;
      endpoint.function_cpu_ns = run.truth.endpoints.front().function_cpu_ns;
      ASSERT_EQ(run.truth.endpoints.front().name, "GET /a");
      for (auto& [name, cpu_ns] : endpoint.function_cpu_ns)
        cpu_ns /= static_cast<std::int64_t>(point + 1);
    }
  }
  Sweep sweep = sweep_of(2);
  sweep.category.reset();
  const SweepRow row = score_sweep(sweep, campaigns, Tolerances{});
  ASSERT_TRUE(row.points[0].error_pct && row.points[1].error_pct);
  EXPECT_LT(*row.points[1].error_pct, *row.points[0].error_pct - 5);
}

TEST(Sweep, AloneEndsWithSuccessAndSaysThatNothingWasJudged) {
  Results results;
  results.sweeps.push_back({"sleeps", "plumbline", "length", {{1, 0.5, {}}}, {}});
  EXPECT_EQ(summarize(results, "").exit_code, kExitOk);
  EXPECT_NE(summarize(results, "").reason.find("curves"), std::string::npos);
  results.sweeps[0].points[0].error_pct.reset();
  EXPECT_EQ(summarize(results, "").exit_code, kExitSkipped);
}

}  // namespace
}  // namespace plumbline::harness

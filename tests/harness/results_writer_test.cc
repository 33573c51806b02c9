// results.json: whole, finite, safe; its shape is checked against the schema by
// validate_results.py, which reads the file that the first test leaves behind.
#include "harness/results/results_writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "analysis/io/error.h"
#include "harness/results/result_directory.h"
#include "harness/runs/campaign.h"
#include "harness/runs/environment.h"
#include "tests/harness/synthetic_run.h"

namespace plumbline::harness {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

Results synthetic_results(int repeats) {
  Campaign campaign{"synthetic", "plumbline", {}};
  for (int repeat = 1; repeat <= repeats; ++repeat) {
    campaign.runs.push_back(
        testing::scored(testing::synthetic_run(static_cast<std::uint64_t>(repeat)), repeat));
  }
  Results so_far;
  so_far.environment = read_environment();
  return judge_campaigns({campaign}, Tolerances{}, std::move(so_far));
}

// One that could be measured, and one of which there was nothing.
std::vector<OverheadRow> overhead_rows() {
  OverheadRow row;
  row.scenario = "fixed_work";
  row.profiler = "plumbline";
  row.rate_hz = 199;
  row.ratio = 1.01;
  row.ci95 = {1.0, 1.02};
  row.detectable = 0.01;
  row.limit = 1.02;
  row.per_round = {{1e9, 1.01e9}, {1e9, 1.02e9}};
  OverheadRow nothing;
  nothing.scenario = "fixed_work";
  nothing.profiler = "perf";
  nothing.ratio = kNan;
  nothing.ci95 = {-kInfinity, kInfinity};
  nothing.verdict = Verdict::kSkipped;
  nothing.reason = "perf is not installed";
  return {row, nothing};
}

std::filesystem::path fresh_directory(const char* name) {
  const std::filesystem::path directory = std::filesystem::path(::testing::TempDir()) / name;
  std::filesystem::remove_all(directory);
  return directory;
}

std::string contents(const std::filesystem::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(ResultsWriter, LeavesResultsForTheSchemaCheck) {
  // One run has unbounded intervals: the schema must take their nulls.
  const std::filesystem::path folder = "results_for_schema_check";
  std::filesystem::create_directories(folder);
  Results several = synthetic_results(3);
  several.overhead = overhead_rows();
  write_results(several, folder / "several_runs.json");
  write_results(synthetic_results(1), folder / "one_run.json");
  Results gated = synthetic_results(2);
  gated.cells[0].gate = {"tolerances[1]", false};
  gated.cells[0].default_tolerance_ns = 5.5;
  gated.functions[0].gate = {"functions[0]", true};
  gated.links[0].invented_tolerance_pct = 2;
  gated.conservation[0].default_residual_tolerance_pct = 0.25;
  AssertionRow assertion;
  assertion.scenario = assertion.profiler = "synthetic";
  assertion.kind = "absence";
  assertion.pattern = "^x";
  gated.assertions.push_back(assertion);
  gated.gate = GateUse{"g.json", "", {{"never[0]", "all rows", 1}}, {"wider"}};
  write_results(gated, folder / "gated.json");
  Results shard = synthetic_results(2);
  shard.provenance.id = "id";
  shard.provenance.name = "suite";
  shard.provenance.settings = {{"rate_hz", "1000"}};
  write_results(shard, folder / "whole.json");
  shard.provenance.shard = Shard{2, 3};
  shard.provenance.mixed_machines = true;
  write_results(shard, folder / "shard.json");
}

TEST(ResultsWriter, NeverWritesANumberThatJsonDoesNotHave) {
  Results results = synthetic_results(2);
  results.cells[0].error_pct = kNan;
  results.cells[0].error_ns = kInfinity;
  results.cells[0].ci95_ns = {-kInfinity, kInfinity};
  results.cells[0].ci95_pct = Interval{kNan, 1};
  results.functions[0].sampling_limit = kInfinity;
  const nlohmann::ordered_json json = results_to_json(results);
  EXPECT_TRUE(json["cells"][0]["error_pct"].is_null());
  EXPECT_TRUE(json["cells"][0]["error_ns"].is_null());
  EXPECT_TRUE(json["cells"][0]["ci95_ns"].is_null());
  EXPECT_TRUE(json["cells"][0]["ci95_pct"].is_null());
  EXPECT_TRUE(json["functions"][0]["sampling_limit"].is_null());
  const std::string text = json.dump();
  EXPECT_EQ(text.find("nan"), std::string::npos);
  EXPECT_EQ(text.find("inf\""), std::string::npos);
}

TEST(ResultsWriter, NamesThatAreNotUtf8DoNotStopIt) {
  const std::filesystem::path folder = fresh_directory("bad_names");
  std::filesystem::create_directories(folder);
  Results results = synthetic_results(2);
  results.cells[0].endpoint = "GET /\xff\xfe";
  write_results(results, folder / "results.json");
  EXPECT_TRUE(nlohmann::json::accept(contents(folder / "results.json")));
}

TEST(ResultDirectory, CommitsWholeResults) {
  const std::filesystem::path folder = fresh_directory("whole");
  ResultDirectory directory(folder);
  std::ofstream(directory.files_of_run("a/b/1").string() + ".plumb") << "recording";
  directory.commit(synthetic_results(2));
  EXPECT_TRUE(std::filesystem::exists(folder / "results.json"));
  EXPECT_EQ(contents(folder / "recordings" / "a-b-1.plumb"), "recording");
}

// Fault: an experiment that ends early overwrites parts of the result before it.
// Pass: both files of the earlier result are untouched, nothing else is there.
TEST(ResultDirectory, UncommittedRunsLeaveAnEarlierResultAlone) {
  const std::filesystem::path folder = fresh_directory("earlier");
  std::filesystem::create_directories(folder / "recordings");
  std::ofstream(folder / "results.json") << "earlier";
  std::ofstream(folder / "recordings" / "a-b-1.plumb") << "earlier";
  {
    const ResultDirectory directory(folder);
    std::ofstream(directory.files_of_run("a/b/1").string() + ".plumb") << "partial";
  }
  EXPECT_EQ(contents(folder / "results.json"), "earlier");
  EXPECT_EQ(contents(folder / "recordings" / "a-b-1.plumb"), "earlier");
  const std::filesystem::directory_iterator entries(folder);
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 2);
}

TEST(ResultDirectory, RefusesAPlaceThatCannotHoldOne) {
  EXPECT_THROW(ResultDirectory("/dev/null/results"), io::InputError);
  EXPECT_THROW(ResultDirectory("/proc/results"), io::InputError);
}

// Fault: a name that is no UTF-8 ends the command with an exception, after all the work is done.
// Seen in: reading `score --json`, whose names are other people's. Pass: it is replaced.
TEST(ResultsText, ReplacesWhatIsNoText) {
  Results results = synthetic_results(1);
  results.functions.front().function = "f\xff";
  EXPECT_NE(results_text(results).find("\"f\uFFFD\""), std::string::npos);
}

}  // namespace
}  // namespace plumbline::harness

// `plumbline endpoints` on recordings with known content, one and several.
//
// Leaves its JSON documents in tables_for_schema_check/, where a test checks them against the
// schema.
#include "harness/cli/endpoints_command.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/analysis/command_output.h"

namespace plumbline::harness {
namespace {

using nlohmann::json;
using test::has;
using test::RecordingBuilder;

constexpr std::int64_t kMs = 1'000'000;

class EndpointsCommand : public testing::Test {
 protected:
  // A program whose `requests` of "GET /report" take 1, 2, 3, ... ms of CPU, one after another, and
  // then one of "GET /idle" that waits for 50 ms.
  static RecordingBuilder shop(int requests, const char* program = "/opt/a/shop") {
    RecordingBuilder builder;
    builder.module({.begin = 0x1000, .end = 0x2000, .path = program, .build_id = "id"});
    builder.name(1, "GET /report").name(2, "GET /idle").name(3, "handed");
    builder.thread(1, 7).thread_start({.wall = 0});
    std::int64_t now = 0, cpu = 0;
    for (int i = 1; i <= requests; ++i) {
      const auto id = static_cast<std::uint64_t>(i);
      builder.span_start({.id = id, .root = id, .start = now, .name = 1});
      builder.scope({.wall = now, .cpu = cpu}, id);
      now += i * kMs;
      cpu += i * kMs;
      builder.scope({.wall = now, .cpu = cpu}, 0).span_end(id, now);
    }
    builder.span_start({.id = 900, .root = 900, .start = now, .name = 2});
    builder.scope({.wall = now, .cpu = cpu}, 900);
    builder.wait({.begin = {.wall = now, .cpu = cpu},
                  .end = {.wall = now + 50 * kMs, .cpu = cpu, .switches = 1},
                  .span = 900,
                  .category = format::Category::kSync});
    now += 50 * kMs;
    builder.scope({.wall = now, .cpu = cpu, .switches = 1}, 0).span_end(900, now);
    return builder;
  }

  std::string run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "endpoints");
    return test::output_of(add_endpoints_command, std::move(arguments), outcome_);
  }
  json run_json(std::vector<std::string> arguments, const std::string& kept_as) {
    arguments.push_back("--json");
    const std::string text = run(std::move(arguments));
    test::keep_document("endpoints_" + kept_as, text);
    return json::parse(text);
  }
  static std::string error_of(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "endpoints");
    return test::error_of(add_endpoints_command, std::move(arguments));
  }

  test::RecordingFolder folder_;
  Outcome outcome_;
};

TEST_F(EndpointsCommand, LatenciesTotalsAndFiguresPerCall) {
  RecordingBuilder builder = shop(20);
  const json document = run_json({folder_.write("a.plumb", builder)}, "one");
  const json& report = document["endpoints"][0];
  EXPECT_EQ(report["endpoint"], "GET /report");
  EXPECT_EQ(report["p50_ns"], 10 * kMs);
  EXPECT_EQ(report["p95_ns"], 19 * kMs);
  EXPECT_EQ(report["p99_ns"], 20 * kMs);
  EXPECT_EQ(report["max_ns"], 20 * kMs);
  EXPECT_EQ(report["time"]["category_ns"]["cpu"], 210 * kMs);
  EXPECT_DOUBLE_EQ(report["per_call"]["category_ns"]["cpu"], 10.5 * kMs);
  EXPECT_DOUBLE_EQ(report["parallelism"], 1.0);
  EXPECT_EQ(document["recordings"][0]["program"], "shop");
  EXPECT_TRUE(document["series"].is_null());
  EXPECT_EQ(outcome_.exit_code, 0);
}

TEST_F(EndpointsCommand, SortsByTotalsAndPerCall) {
  RecordingBuilder builder = shop(20);
  const std::string file = folder_.write("a.plumb", builder);
  const auto first = [&](std::vector<std::string> options) {
    options.insert(options.begin(), file);
    return run_json(std::move(options), "sorted")["endpoints"][0]["endpoint"].get<std::string>();
  };
  EXPECT_EQ(first({}), "GET /report");
  EXPECT_EQ(first({"--per-call"}), "GET /idle");
  EXPECT_EQ(first({"--sort", "sync"}), "GET /idle");
  EXPECT_EQ(first({"--sort", "max"}), "GET /idle");
  EXPECT_EQ(first({"--sort", "p50"}), "GET /idle");
  EXPECT_EQ(first({"--sort", "count"}), "GET /report");
  EXPECT_EQ(first({"--sort", "cpu", "--per-call"}), "GET /report");
  const std::string text = run({file, "--per-call"});
  EXPECT_TRUE(has(text, "per call:")) << text;
  EXPECT_TRUE(has(text, "10.500")) << text;
}

TEST_F(EndpointsCommand, RecordingsInSequenceAreASeriesThatAddsUp) {
  RecordingBuilder first = shop(4), second = shop(8);
  const std::string a = folder_.write("a.plumb", first), b = folder_.write("b.plumb", second);
  const json document = run_json({a, b}, "series");
  const json& report = document["endpoints"][1];
  EXPECT_EQ(report["endpoint"], "GET /report");
  EXPECT_EQ(report["requests"], 12);
  EXPECT_EQ(report["max_ns"], 8 * kMs);
  EXPECT_EQ(report["p50_ns"], 3 * kMs);  // of 1 1 2 2 3 3 4 4 5 6 7 8
  const json& points = document["series"][1]["points"];
  ASSERT_EQ(points.size(), 2u);
  EXPECT_EQ(points[0]["time"]["category_ns"]["cpu"], 10 * kMs);
  EXPECT_EQ(points[1]["time"]["category_ns"]["cpu"], 36 * kMs);
  EXPECT_TRUE(has(run({a, b}), "b.plumb"));
}

TEST_F(EndpointsCommand, TimeInAQueueIsFromCaptureToActivation) {
  RecordingBuilder builder = shop(1);
  builder.thread(2, 8).thread_start({.wall = 0});
  builder.record(format::RecordType::kScopeEnter,
                 format::ScopeChange{.header = {},
                                     .edge = test::edge({.wall = 900'000}),
                                     .span_id = 1,
                                     .captured_ns = 200'000});
  builder.scope({.wall = 950'000, .cpu = 50'000}, 0);
  const std::string file = folder_.write("a.plumb", builder);
  const json document = run_json({file}, "queue");
  const json& report = document["endpoints"][1];
  EXPECT_EQ(report["queue"]["hand_overs"], 1);
  EXPECT_EQ(report["queue"]["total_ns"], 700'000);
  EXPECT_EQ(report["queue"]["longest_ns"], 700'000);
  EXPECT_TRUE(has(run({file, "--sort", "queue"}), "handed over"));
}

TEST_F(EndpointsCommand, WithoutSpansAllTimeIsUnderNoSpanAndThatIsSaid) {
  RecordingBuilder builder;
  builder.thread(1, 1).thread_start({.wall = 0}).thread_end({.wall = 100, .cpu = 100});
  const std::string file = folder_.write("a.plumb", builder);
  const json document = run_json({file}, "no_spans");
  EXPECT_TRUE(document["endpoints"].empty());
  EXPECT_EQ(document["no_span"]["wall_ns"], 100);
  EXPECT_TRUE(has(run({file}), "has no spans: all its time is under (no span)"));
  EXPECT_EQ(outcome_.exit_code, 0);
}

// Fault: one of several recordings is cut. Pass: what is there is shown, which one is said, exit 2.
TEST_F(EndpointsCommand, OneCutRecordingOfSeveralIsNamed) {
  RecordingBuilder first = shop(4), second = shop(8);
  second.process().setting("last", "block");
  const std::string a = folder_.write("a.plumb", first);
  const std::string b = folder_.write("b.plumb", second, 5);
  EXPECT_TRUE(has(run({a, b}), "b.plumb: DAMAGED at byte "));
  EXPECT_EQ(outcome_.exit_code, 2);
  const json document = run_json({a, b}, "cut");
  EXPECT_EQ(document["intact"], false);
  EXPECT_EQ(document["recordings"][0]["intact"], true);
  EXPECT_EQ(document["recordings"][1]["intact"], false);
}

TEST_F(EndpointsCommand, RecordingsOfUnlikeProgramsAreRefusedUnlessTold) {
  RecordingBuilder first = shop(4), second = shop(8, "/opt/b/shop"), third = shop(4, "/opt/a/till");
  const std::string a = folder_.write("a.plumb", first), b = folder_.write("b.plumb", second);
  const std::string c = folder_.write("c.plumb", third);
  EXPECT_EQ(error_of({a, b}), "");
  EXPECT_TRUE(has(error_of({a, c}), "of the program shop"));
  EXPECT_TRUE(has(error_of({a, c}), "till"));
  EXPECT_EQ(run_json({a, c, "--unlike"}, "unlike")["endpoints"].size(), 2u);
}

TEST_F(EndpointsCommand, TheBaselineSaysWhatRegressedAndWhatIsNew) {
  RecordingBuilder before = shop(40), after = shop(20);
  after.name(4, "GET /new").thread(5, 12).thread_start({.wall = 0});
  std::int64_t now = 0;
  for (std::uint64_t id = 1001; id <= 1020; ++id) {  // GET /report in 40 ms, where it had 1 to 40
    after.span_start({.id = id, .root = id, .start = now, .name = id == 1001 ? 4u : 1u});
    after.scope({.wall = now, .cpu = now}, id);
    now += 40 * kMs;
    after.scope({.wall = now, .cpu = now}, 0).span_end(id, now);
  }
  const std::string old_file = folder_.write("old.plumb", before);
  const std::string new_file = folder_.write("new.plumb", after);
  const json document = run_json({new_file, "--baseline", old_file}, "baseline");
  const json& changes = document["baseline"]["endpoints"];
  std::map<std::string, std::string> verdicts;
  for (const json& row : changes) verdicts[row["endpoint"]] = row["verdict"];
  EXPECT_EQ(verdicts["GET /new"], "new");
  EXPECT_EQ(verdicts["GET /idle"], "too_few");
  EXPECT_EQ(verdicts["GET /report"], "no_change_shown");  // half of it: 1 to 20 ms
  EXPECT_EQ(outcome_.exit_code, 0);

  RecordingBuilder quick = shop(8);
  const std::string quick_file = folder_.write("quick.plumb", quick);
  const std::string text = run({new_file, "--baseline", quick_file, "--fail-if-regressed"});
  EXPECT_EQ(outcome_.exit_code, 1);
  EXPECT_TRUE(has(text, "regressed")) << text;
  EXPECT_TRUE(has(text, "large (")) << text;
  run({quick_file, "--baseline", quick_file, "--fail-if-regressed"});
  EXPECT_EQ(outcome_.exit_code, 0);
}

TEST_F(EndpointsCommand, ABaselineOfAnotherProgramIsRefused) {
  RecordingBuilder first = shop(4), second = shop(4, "/opt/a/till");
  const std::string a = folder_.write("a.plumb", first), b = folder_.write("b.plumb", second);
  EXPECT_TRUE(has(error_of({a, "--baseline", b}), "--unlike compares them all the same"));
  EXPECT_EQ(error_of({a, "--baseline", b, "--unlike"}), "");
}

TEST_F(EndpointsCommand, AClockThatGoesBackIsSaid) {
  RecordingBuilder builder = shop(1);
  builder.thread(2, 78).thread_start({.wall = 5000});
  builder.scope({.wall = 9000, .cpu = 4000}, 1).scope({.wall = 8000, .cpu = 4000}, 0);
  builder.thread_end({.wall = 9500, .cpu = 4500});
  EXPECT_TRUE(has(run({folder_.write("a.plumb", builder)}),
                  "the clock went backwards: 1000 ns of edges, 0 spans"));
}

}  // namespace
}  // namespace plumbline::harness

// `plumbline diff` on recordings with known content.
//
// Leaves its JSON documents in tables_for_schema_check/, where a test checks them against the
// schema.
#include "harness/cli/diff_command.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "analysis/attribution/method_diff.h"
#include "tests/analysis/command_output.h"

namespace plumbline::harness {
namespace {

using nlohmann::json;
using test::has;
using test::RecordingBuilder;

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kCalls = 10;

class DiffCommand : public testing::Test {
 protected:
  // Ten requests of "A", each `cpu_ms` on the CPU (samples at 0x10010, one a millisecond) and then
  // `wait_ms` in a socket at 0x10021; one of "B", 3 ms on the CPU at 0x10030.
  static RecordingBuilder program(std::int64_t cpu_ms, std::int64_t wait_ms,
                                  const char* path = "/opt/shop") {
    RecordingBuilder builder;
    builder.module({.begin = 0x40000000, .end = 0x50000000, .path = path, .build_id = "id"});
    builder.name(1, "A").name(2, "B").thread(1, 7).thread_start({.wall = 0});
    std::int64_t now = 0, cpu = 0;
    std::uint32_t switches = 0;
    const auto run = [&](std::uint64_t span, std::int64_t ms, std::uint64_t at) {
      for (std::int64_t i = 0; i < ms; ++i) {
        now += kMs;
        cpu += kMs;
        builder.sample({.wall = now, .cpu = cpu, .period = kMs, .span = span, .frames = {at}});
      }
    };
    for (std::uint64_t id = 1; id <= kCalls; ++id) {
      builder.span_start({.id = id, .root = id, .start = now, .name = 1});
      builder.scope({.wall = now, .cpu = cpu, .switches = switches}, id);
      run(id, cpu_ms, 0x10010);
      const std::int64_t begin = now, length = wait_ms * kMs + static_cast<std::int64_t>(id) * 1000;
      now += length;
      builder.wait({.begin = {.wall = begin, .cpu = cpu, .switches = switches},
                    .end = {.wall = now, .cpu = cpu, .switches = switches + 1},
                    .span = id,
                    .category = format::Category::kSocket,
                    .frames = {0x10021}});
      ++switches;
      builder.scope({.wall = now, .cpu = cpu, .switches = switches}, 0).span_end(id, now);
    }
    builder.span_start({.id = 99, .root = 99, .start = now, .name = 2});
    builder.scope({.wall = now, .cpu = cpu, .switches = switches}, 99);
    run(99, 3, 0x10030);
    builder.scope({.wall = now, .cpu = cpu, .switches = switches}, 0).span_end(99, now);
    return builder;
  }

  std::string run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "diff");
    return test::output_of(add_diff_command, std::move(arguments), outcome_);
  }
  json run_json(std::vector<std::string> arguments, const std::string& kept_as) {
    arguments.push_back("--json");
    const std::string text = run(std::move(arguments));
    test::keep_document("diff_" + kept_as, text);
    return json::parse(text);
  }
  static std::string error_of(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "diff");
    return test::error_of(add_diff_command, std::move(arguments));
  }
  static json named(const json& rows, const char* key, const std::string& name) {
    for (const json& row : rows) {
      if (row[key] == name) return row;
    }
    ADD_FAILURE() << "no " << name;
    return {};
  }

  test::RecordingFolder folder_;
  Outcome outcome_;
};

TEST_F(DiffCommand, MethodsAndCategoriesAbsoluteAndPerCall) {
  RecordingBuilder before = program(4, 6), after = program(6, 6);
  const std::string a = folder_.write("a.plumb", before), b = folder_.write("b.plumb", after);
  const json document = run_json({a, b, "--endpoint", "A"}, "endpoint");
  EXPECT_EQ(document["sums_agree"], true);
  EXPECT_EQ(document["a"]["requests"], kCalls);
  const json cpu = named(document["categories"], "category", "cpu");
  EXPECT_EQ(cpu["a_ns"], 40 * kMs);
  EXPECT_EQ(cpu["b_ns"], 60 * kMs);
  EXPECT_EQ(cpu["change_ns"], 20 * kMs);
  EXPECT_DOUBLE_EQ(cpu["per_call"]["change_ns"], 2.0 * kMs);
  EXPECT_DOUBLE_EQ(cpu["change_per_call_95_ns"][0], 2.0 * kMs);  // no request differs from another
  const json socket = named(document["categories"], "category", "socket");
  EXPECT_EQ(socket["change_ns"], 0);
  EXPECT_LT(socket["change_per_call_95_ns"][0], 0);
  EXPECT_GT(socket["change_per_call_95_ns"][1], 0);
  const json& burnt = document["methods"][0];  // the largest change first
  EXPECT_EQ(burnt["function"], "[0x10010]");
  EXPECT_EQ(burnt["self"]["change_ns"], 20 * kMs);
  EXPECT_DOUBLE_EQ(burnt["self"]["per_call"]["change_ns"], 2.0 * kMs);
  EXPECT_LE(burnt["cpu_change_95_ns"][0], 20.0 * kMs);
  EXPECT_GE(burnt["cpu_change_95_ns"][1], 20.0 * kMs);
  EXPECT_TRUE(named(document["methods"], "function", "[0x10020]")["cpu_change_95_ns"].is_null());
  const std::string text = run({a, b, "--endpoint", "A"});
  EXPECT_TRUE(has(text, "+20.000")) << text;
  EXPECT_TRUE(has(text, "sums agree")) << text;
}

TEST_F(DiffCommand, TwoEndpointsOfOneRecording) {
  RecordingBuilder builder = program(4, 6);
  const std::string a = folder_.write("a.plumb", builder);
  const json document = run_json({a, "--endpoint", "A", "--against", "B"}, "endpoints");
  EXPECT_EQ(document["b"]["endpoint"], "B");
  EXPECT_EQ(document["b"]["requests"], 1);
  const json gone = named(document["methods"], "function", "[0x10010]");
  EXPECT_EQ(gone["self"]["b_ns"], 0);
  EXPECT_EQ(named(document["methods"], "function", "[0x10030]")["self"]["change_ns"], 3 * kMs);
  EXPECT_TRUE(document["categories"][0]["change_per_call_95_ns"].is_null());  // one request
}

TEST_F(DiffCommand, WholeRecordingsAndOneCategory) {
  RecordingBuilder before = program(4, 6), after = program(4, 9);
  const std::string a = folder_.write("a.plumb", before), b = folder_.write("b.plumb", after);
  const json document = run_json({a, b, "--category", "socket"}, "whole");
  EXPECT_EQ(document["methods"][0]["function"], "[0x10020]");
  EXPECT_EQ(document["wall"]["change_ns"], 30 * kMs);
  EXPECT_EQ(document["a"]["endpoint"], nullptr);
  const json same = run_json({a, a}, "same");
  for (const json& row : same["methods"]) EXPECT_EQ(row["self"]["change_ns"], 0);
}

// Fault: recordings of unlike programs are compared, and all of it is change.
TEST_F(DiffCommand, UnlikeProgramsAreRefusedUnlessTold) {
  RecordingBuilder shop = program(4, 6), till = program(4, 6, "/opt/till");
  const std::string a = folder_.write("a.plumb", shop), b = folder_.write("b.plumb", till);
  const std::string error = error_of({a, b});
  EXPECT_TRUE(has(error, "a.plumb is of the program shop")) << error;
  EXPECT_TRUE(has(error, "b.plumb of till")) << error;
  EXPECT_EQ(error_of({a, b, "--unlike"}), "");
}

TEST_F(DiffCommand, BadInputHasAClearAnswer) {
  RecordingBuilder builder = program(4, 6), bare;
  const std::string a = folder_.write("a.plumb", builder);
  EXPECT_TRUE(has(error_of({a, a, "--endpoint", "C"}), "a.plumb: no endpoint 'C'"));
  EXPECT_THROW(run({a}), CLI::ParseError);
  EXPECT_THROW(run({a, "--endpoint", "A"}), CLI::ParseError);
  EXPECT_THROW(run({a, a, "--against", "A"}), CLI::ParseError);
  EXPECT_NE(error_of({a, "/nonexistent.plumb"}), "");
  bare.thread(1, 1).thread_start({.wall = 0}).thread_end({.wall = 100, .cpu = 100});
  const std::string none = folder_.write("none.plumb", bare);
  const std::string text = run({a, none});
  EXPECT_TRUE(has(text, "none.plumb has no request that ended")) << text;
  EXPECT_TRUE(has(text, "none.plumb names no modules")) << text;
  EXPECT_EQ(outcome_.exit_code, 0);
  EXPECT_TRUE(
      has(error_of({a, none, "--endpoint", "A"}), "none.plumb: the recording has no spans"));
  run_json({a, none}, "without_spans");
  builder.process().setting("last", "block");
  const std::string cut = folder_.write("cut.plumb", builder, 5);
  EXPECT_TRUE(has(run({a, cut}), "DAMAGED at byte "));
  EXPECT_EQ(outcome_.exit_code, 2);
}

TEST(IntervalOfDifference, KeepsTheAsymmetryOfBothSides) {
  const auto [low, high] = analysis::interval_of_difference({10, 7, 14}, {20, 17, 26});
  EXPECT_DOUBLE_EQ(low, 10 - 5);  // 3 below b, 4 above a
  EXPECT_DOUBLE_EQ(high, 10 + std::hypot(6, 3));
}

}  // namespace
}  // namespace plumbline::harness

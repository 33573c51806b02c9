// `plumbline hotspots` on recordings with known content.
//
// Leaves its JSON documents in hotspots_for_schema_check/, where a test checks them against the
// schema.
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/io/atomic_file.h"
#include "analysis/io/error.h"
#include "harness/cli/hotspots_command.h"
#include "tests/analysis/recording_builder.h"

namespace plumbline::harness {
namespace {

namespace fs = std::filesystem;
using format::Category;
using nlohmann::json;
using test::RecordingBuilder;

class HotspotsCommand : public testing::Test {
 protected:
  HotspotsCommand() : file_(fs::temp_directory_path() / ("hotspots_" + std::to_string(getpid()))) {
    builder_.name(1, "GET /report").name(2, "\x1b]0;owned\x07").thread(1, 77);
    builder_.thread_start({.wall = 0})
        .span_start({.id = 1, .root = 1, .start = 1'000'000, .name = 1});
    builder_.scope({.wall = 1'000'000, .cpu = 1'000'000}, 1);
    for (std::int64_t i = 1; i <= 6; ++i) {
      const std::int64_t now = 1'000'000 + i * 100'000;
      builder_.sample(
          {.wall = now, .cpu = now, .period = 100'000, .span = 1, .frames = {0x10010, 0x10091}});
    }
    builder_.wait({.begin = {.wall = 2'000'000, .cpu = 2'000'000},
                   .end = {.wall = 6'000'000, .cpu = 2'000'000, .switches = 1},
                   .span = 1,
                   .category = Category::kSocket,
                   .frames = {0x10021, 0x10091}});
    builder_.scope({.wall = 6'000'000, .cpu = 2'000'000, .switches = 1}, 0);
    builder_.span_end(1, 6'000'000);
    builder_.span_start({.id = 0xabc, .root = 0xabc, .start = 6'000'000, .name = 2});
    builder_.span_end(0xabc, 7'000'000);
    builder_.thread_end({.wall = 10'000'000, .cpu = 6'000'000, .switches = 1});
  }
  ~HotspotsCommand() override { fs::remove(file_); }

  std::string run(std::vector<std::string> arguments, std::size_t without_last_bytes = 0) {
    const std::vector<std::byte>& bytes = builder_.bytes();
    io::write_file_atomically(
        file_, {reinterpret_cast<const char*>(bytes.data()), bytes.size() - without_last_bytes});
    CLI::App app;
    outcome_ = {};
    add_hotspots_command(app, outcome_);
    arguments.insert(arguments.begin(), {"hotspots", file_.string()});
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
    testing::internal::CaptureStdout();
    try {
      app.parse(arguments);
    } catch (...) {
      testing::internal::GetCapturedStdout();
      throw;
    }
    return testing::internal::GetCapturedStdout();
  }

  json run_json(std::vector<std::string> arguments, const std::string& kept_as = "") {
    arguments.push_back("--json");
    const std::string text = run(std::move(arguments));
    if (!kept_as.empty()) {
      fs::create_directories("hotspots_for_schema_check");
      io::write_file_atomically("hotspots_for_schema_check/" + kept_as + ".json", text);
    }
    return json::parse(text);
  }

  std::string error_of(std::vector<std::string> arguments) {
    try {
      run(std::move(arguments));
    } catch (const io::InputError& error) {
      return error.what();
    }
    return "";
  }

  static bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
  }

  fs::path file_;
  RecordingBuilder builder_;
  Outcome outcome_;
};

TEST_F(HotspotsCommand, ShowsCategoriesMethodsAndThatTheSumsAgree) {
  const std::string text = run({"--endpoint", "GET /report", "--reverse"});
  EXPECT_TRUE(has(text, "endpoint GET /report; scope children, 1 spans")) << text;
  EXPECT_TRUE(has(text, "80.0 %")) << text;
  EXPECT_TRUE(has(text, "100.0 %")) << text;
  EXPECT_TRUE(has(text, "[0x10020]")) << text;
  EXPECT_TRUE(has(text, "6 samples, cpu ")) << text;
  EXPECT_TRUE(has(text, "sums agree in every category: methods 5000000 ns, categories 5000000 ns"));
  EXPECT_EQ(outcome_.exit_code, 0);
}

TEST_F(HotspotsCommand, JsonHoldsTheSame) {
  const json document = run_json({"--endpoint", "GET /report", "--tree"}, "endpoint_tree");
  EXPECT_EQ(document["schema"], "plumbline.hotspots/1");
  EXPECT_EQ(document["wall_ns"], 5'000'000);
  EXPECT_EQ(document["sums_agree"], true);
  std::int64_t methods_ns = 0, tree_ns = 0;
  for (const json& method : document["methods"]) {
    methods_ns += method["self"]["wall_ns"].get<std::int64_t>();
  }
  for (const json& node : document["tree"]["nodes"]) {
    tree_ns += node["total"]["wall_ns"].get<std::int64_t>();
  }
  EXPECT_EQ(methods_ns, 5'000'000);
  EXPECT_EQ(tree_ns, 5'000'000);
  double percent = 0;
  for (const json& row : document["breakdown"]) percent += row["percent"].get<double>();
  EXPECT_NEAR(percent, 100, 1e-9);
  EXPECT_EQ(document["methods"][0]["function"], "[0x10020]");
  EXPECT_EQ(document["methods"][0]["self"]["columns_ns"]["socket"], 4'000'000);
}

TEST_F(HotspotsCommand, ACategoryShowsTheSameTotals) {
  const json wall = run_json({"--span", "1"});
  const json socket = run_json({"--span", "1", "--category", "socket", "--reverse"}, "category");
  EXPECT_EQ(wall["breakdown"], socket["breakdown"]);
  ASSERT_EQ(socket["methods"].size(), 2u);  // the waiting function and its caller
  EXPECT_EQ(socket["methods"][0]["self"]["columns_ns"]["socket"], 4'000'000);
}

TEST_F(HotspotsCommand, EveryScopeHasADocument) {
  for (const char* scope : {"span", "children", "period", "full"}) {
    const json document = run_json({"--slowest", "1", "--scope", scope, "--lines"}, scope);
    EXPECT_EQ(document["selection"]["scope"], scope);
    EXPECT_EQ(document["selection"]["picked_spans"][0]["span_id"], "0000000000000001");
  }
  const json whole = run_json({}, "whole");
  EXPECT_EQ(whole["wall_ns"], 10'000'000);
  EXPECT_EQ(whole["selection"]["whole_recording"], true);
}

TEST_F(HotspotsCommand, ASpanThatWasNeverActiveIsSaidSo) {
  const std::string text = run({"--span", "abc", "--scope", "span"});
  EXPECT_TRUE(has(text, "never active on any thread, and have 0 samples")) << text;
  EXPECT_TRUE(has(text, "nothing lies in this scope: no time, 0 samples")) << text;
  EXPECT_EQ(outcome_.exit_code, 0);
  const json document = run_json({"--span", "0xabc"}, "never_active");
  EXPECT_EQ(document["uncovered_ns"], 1'000'000);
  EXPECT_EQ(document["selection"]["never_active"], 1);
}

TEST_F(HotspotsCommand, WhatIsNotThereIsOneLineWithTheRemedy) {
  EXPECT_TRUE(has(error_of({"--span", "77"}), "no span 0000000000000077 in the recording"));
  EXPECT_TRUE(has(error_of({"--trace", "77"}), "no trace"));
  EXPECT_TRUE(has(error_of({"--endpoint", "x"}), "plumbline endpoints FILE lists them"));
  EXPECT_TRUE(has(error_of({"--span", "zz"}), "hexadecimal"));
  EXPECT_THROW(run({"--scope", "period"}), CLI::ParseError);
  EXPECT_THROW(run({"--tree", "--reverse"}), CLI::ParseError);
  builder_ = RecordingBuilder();
  builder_.thread(1, 1).thread_start({.wall = 0}).thread_end({.wall = 100, .cpu = 100});
  EXPECT_TRUE(has(error_of({"--slowest", "3"}), "the recording has no spans"));
  EXPECT_TRUE(has(run({}), "the recording has no spans: all time is that of"));
}

// Fault: the recording is cut. Pass: what lies before is shown, the loss is said, exit code 2.
TEST_F(HotspotsCommand, ACutRecordingIsShownUpToTheCut) {
  builder_.process().setting("last", "block");
  const std::string text = run({"--span", "1"}, /*without_last_bytes=*/5);
  EXPECT_TRUE(has(text, "DAMAGED at byte ")) << text;
  EXPECT_TRUE(has(text, "[0x10020]")) << text;
  EXPECT_EQ(outcome_.exit_code, 2);
}

TEST_F(HotspotsCommand, AClockThatGoesBackIsSaid) {
  builder_.thread(2, 78).thread_start({.wall = 5000});
  builder_.scope({.wall = 9000, .cpu = 4000}, 1).scope({.wall = 8000, .cpu = 4000}, 0);
  builder_.thread_end({.wall = 9500, .cpu = 4500});
  EXPECT_TRUE(has(run({"--span", "1"}), "the clock went backwards: 1000 ns of edges"));
}

// Fault: names with escape sequences reach the terminal. Pass: no control byte but the line end.
TEST_F(HotspotsCommand, NoOutputCarriesAnEscapeSequence) {
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {}, {"--json"}, {"--endpoint", "\x1b]0;owned\x07"}, {"--span", "abc", "--json"}}) {
    for (const char character : run(arguments)) {
      const auto byte = static_cast<unsigned char>(character);
      ASSERT_TRUE((byte >= 0x20 && byte != 0x7f) || byte == '\n');
    }
  }
}

}  // namespace
}  // namespace plumbline::harness

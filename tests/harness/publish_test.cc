// What is published: figures, verdicts, and that no name is obeyed. The files that the first test
// leaves are read by publish_test.py with parsers that are not ours.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "harness/publish/formats.h"
#include "harness/publish/published_names.h"
#include "harness/publish/step_summary.h"
#include "harness/results/results_reader.h"
#include "harness/results/results_writer.h"
#include "harness/scoring/gate.h"
#include "tests/harness/hostile_results.h"

namespace plumbline::harness::publish {
namespace {

using testing::hostile_results;
using testing::large_results;
using testing::small_results;
using Json = nlohmann::json;

std::string published(std::string_view name, const Results& results) {
  for (const Format& format : formats()) {
    if (format.name == name) return text_of(format, results);
  }
  ADD_FAILURE() << name;
  return "";
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) {
    ++found;
  }
  return found;
}

Results small_results_of(Verdict verdict, int exit_code) {
  Results results = small_results();
  results.cells[0].verdict = verdict;
  results.cells[0].reason = "because";
  results.summary.exit_code = exit_code;
  return results;
}

std::string contents(const std::filesystem::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(Publish, LeavesFilesForParsersThatAreNotOurs) {
  const std::filesystem::path folder = "published_for_check";
  const std::map<std::string, Results> all = {
      {"hostile", hostile_results()},
      {"small", small_results()},
      {"empty", Results{}},
      {"exit_1", small_results_of(Verdict::kFail, kExitGateFailed)},
      {"exit_3", small_results_of(Verdict::kInconclusive, kExitInconclusive)},
      {"exit_3_vacuous", small_results_of(Verdict::kVacuous, kExitInconclusive)},
      {"exit_77", small_results_of(Verdict::kSkipped, kExitSkipped)}};
  for (const auto& [name, results] : all) {
    std::filesystem::create_directories(folder / name);
    for (const Format& format : formats()) {
      std::ofstream(folder / name / format.name) << text_of(format, results);
    }
  }
}

// Fault: a name in a result commands the terminal, or breaks the text of a format.
// Pass: only printable UTF-8 and the line ends of the format itself.
TEST(Publish, NothingThatIsPublishedHasAControlCharacter) {
  for (const Format& format : formats()) {
    const std::string text = text_of(format, hostile_results());
    for (const char c : text) {
      const bool line_end = c == '\n' || (c == '\r' && format.name.starts_with("csv"));
      ASSERT_TRUE(static_cast<unsigned char>(c) >= 0x20 || line_end)
          << format.name << ": " << static_cast<int>(c);
    }
    EXPECT_FALSE(contains(text, "\x7f")) << format.name;
    EXPECT_FALSE(contains(text, "\xe2\x80\xae")) << format.name;
    // nlohmann refuses what is not UTF-8.
    EXPECT_NO_THROW(Json(text).dump()) << format.name;
  }
}

TEST(Publish, HostileResultsAreReadBackAndPublishedAsBefore) {
  // What is not UTF-8 was replaced when it was written: from then on nothing changes.
  const auto written = [](const Results& results) {
    return results_to_json(results).dump(2, ' ', false,
                                         nlohmann::ordered_json::error_handler_t::replace);
  };
  const Results once = results_from_json(written(hostile_results()), "f");
  const Results twice = results_from_json(written(once), "f");
  for (const Format& format : formats()) EXPECT_EQ(text_of(format, once), text_of(format, twice));
}

TEST(PublishMarkdown, AnswerFirstThenTheRowsAgainstItThenTheRest) {
  const std::string text = published("markdown", large_results(20));
  EXPECT_EQ(text.find("## Plumbline: FAIL"), 0u);
  const std::size_t against = text.find("### Failed and inconclusive");
  const std::size_t folded = text.find("<details>");
  EXPECT_LT(text.find("gate failed"), against);
  EXPECT_LT(against, folded);
  EXPECT_EQ(count(text.substr(against, folded - against), "**fail**"), 2u);
  EXPECT_EQ(count(text, "<details>"), 10u);
  EXPECT_EQ(count(text, "</details>"), 10u);
  EXPECT_TRUE(contains(text,
                       "| <code>GET /item/3</code> | <code>cpu</code> | 100.00 .. 101.00 | "
                       "150.00 | +49.000 | [+48.900, +49.100] | +49.00 | 1.000 | fail |"))
      << text;
}

TEST(PublishMarkdown, NoMarkOfMarkdownOrHtmlComesFromAName) {
  const std::string text = published("markdown", hostile_results());
  for (const char* mark : {"<script", "`", "|b", "](", "@octocat", "#1 ", ":tada", "http:", "www.",
                           "<!", "*b*", "&lt;b", "\\x"}) {
    EXPECT_FALSE(contains(text, mark)) << mark;
  }
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("| ", 0) != 0) continue;
    const std::size_t bars = count(line, "|");
    // Rows against it, cells, functions, sweeps, and two sizes of confusion.
    EXPECT_TRUE(bars == 7 || bars == 10 || bars == 8 || bars == 4 || bars == 5)
        << line.substr(0, 200);
  }
}

// Fault: GitHub refuses a summary over 1 MiB as a whole, and the job shows none.
TEST(PublishMarkdown, FitsAStepSummaryAndSaysWhatItLeftOut) {
  const std::string large = published("markdown", large_results(100'000));
  EXPECT_LE(large.size(), kStepSummaryBytes);
  EXPECT_GT(large.size(), kStepSummaryBytes / 10 * 9);
  EXPECT_EQ(count(large, "<details>"), count(large, "</details>"));
  // Every cell stands in its section, and 10,000 of them also among the failed.
  const std::size_t shown = count(large, "<code>GET /item/");
  EXPECT_TRUE(contains(large, "**" + std::to_string(110'000 - shown) + " rows were left out"))
      << shown << large.substr(large.size() - 100);
  EXPECT_FALSE(contains(published("markdown", large_results(100)), "left out"));
  for (const std::size_t bytes : {20'000u, 50'000u, 300'000u}) {
    EXPECT_LE(markdown_of(large_results(10'000), bytes).size(), bytes);
    EXPECT_LE(markdown_of(hostile_results(), bytes).size(), bytes);
  }
}

TEST(PublishJunit, CountsAgreeWithTheExitCode) {
  const auto head = [](const Results& results) {
    const std::string text = published("junit", results);
    return text.substr(text.find("<testsuites"), text.find("time=") - text.find("<testsuites"));
  };
  const std::string start = "<testsuites name=\"plumbline\" tests=\"2\" ";
  EXPECT_EQ(head(small_results()), start + "failures=\"0\" errors=\"0\" ");
  EXPECT_EQ(head(small_results_of(Verdict::kFail, 1)), start + "failures=\"2\" errors=\"0\" ");
  EXPECT_EQ(head(small_results_of(Verdict::kInconclusive, 3)),
            start + "failures=\"0\" errors=\"2\" ");
  // No row tells of it, but exit 3 is red.
  EXPECT_EQ(head(small_results_of(Verdict::kVacuous, 3)), start + "failures=\"0\" errors=\"1\" ");
  EXPECT_EQ(head(small_results_of(Verdict::kSkipped, 77)), start + "failures=\"0\" errors=\"0\" ");
}

TEST(PublishCsv, NoFieldIsAFormula) {
  const std::string text = published("csv", hostile_results());
  for (const char* start : {"\"=", "\"+", "\"-", "\"@", "\" =", "\"\xef\xbc\x9d"}) {
    EXPECT_FALSE(contains(text, std::string(",") + start)) << start;
    EXPECT_FALSE(contains(text, std::string("\r\n") + start)) << start;
  }
  EXPECT_TRUE(contains(text, "\"'=cmd|'/c calc'!A1\""));
  EXPECT_TRUE(contains(text, "\"\"\"quoted\"\",\"\"cells\"\"\""));
  EXPECT_EQ(count(text, "\r\n"), hostile_results().cells.size() + 1);
}

TEST(PublishCsv, EveryTableIsDefused) {
  const Results hostile = hostile_results();
  const std::map<std::string, std::size_t> rows = {{"csv-functions", hostile.functions.size()},
                                                   {"csv-confusion", hostile.confusion.size()},
                                                   {"csv-links", hostile.links.size()},
                                                   {"csv-assertions", hostile.assertions.size()}};
  for (const auto& [format, expected] : rows) {
    const std::string text = published(format, hostile);
    EXPECT_EQ(count(text, "\r\n"), expected + 1) << format;
    EXPECT_GT(expected, 10u) << format;
    for (const char* start : {"\"=", "\"+", "\"-", "\"@", "\" =", "\"\xef\xbc\x9d"}) {
      EXPECT_FALSE(contains(text, std::string(",") + start)) << format << start;
      EXPECT_FALSE(contains(text, std::string("\r\n") + start)) << format << start;
    }
  }
}

// Fault: an assertion that failed is in the exit code, and in no report.
// Pass: each format tells of it; those for people say the rule, the place and what was found.
TEST(Publish, FailedAssertionsAreInEveryFormat) {
  Results results = small_results();
  AssertionRow row;
  row.scenario = "small";
  row.profiler = "plumbline";
  row.kind = "absence";
  row.endpoint = "GET /a";
  row.pattern = "scale_image";
  row.found = 7;
  row.found_pct = 1.75;
  row.gate.rule = "never[0]";
  row.verdict = Verdict::kFail;
  results.assertions.push_back(row);
  results.summary.exit_code = kExitGateFailed;
  for (const char* format : {"markdown", "junit", "csv-assertions", "bmf", "github-benchmark"}) {
    EXPECT_TRUE(contains(published(format, results), "scale_image")) << format;
  }
  EXPECT_TRUE(contains(published("gbench", results), "\"assertions_failed\":1"));
  EXPECT_TRUE(contains(published("junit", results), "<failure type=\"fail\" message=\"7 samples"));
  EXPECT_TRUE(contains(published("markdown", results), "never&#91;0&#93;"));
}

// Fault: a row that only informs makes a report red while the exit code is 0.
TEST(Publish, RowsThatInformAreNeitherRedNorGreen) {
  Results results = small_results_of(Verdict::kFail, kExitOk);
  results.cells[0].gate = {"tolerances[0]", false};
  const std::string junit = published("junit", results);
  EXPECT_FALSE(contains(junit, "<failure")) << junit;
  EXPECT_TRUE(contains(junit, "<skipped type=\"fail\""));
  EXPECT_FALSE(contains(published("markdown", results), "### Failed"));
}

// Fault: a gate is widened, and the page that people read does not say so.
TEST(PublishMarkdown, TellsOfAWiderGateAboveItsRows) {
  Results results = small_results();
  results.gate = GateUse{"gate.json", "", {{"tolerances[0]", "x", 1}}, {"tolerances[0]: wider"}};
  const std::string text = published("markdown", results);
  EXPECT_LT(text.find("**wider than the default**"), text.find("<details>"));
  EXPECT_TRUE(contains(published("junit", results), "gate.wider.0"));
}

TEST(PublishMarkdown, TellsFunctionSharesAndConfusion) {
  Results results = small_results();
  for (int i = 0; i < 30; ++i) {
    FunctionRow row;
    row.scenario = "small";
    row.profiler = "plumbline";
    row.endpoint = "GET /a";
    row.function = "f" + std::to_string(i);
    row.truth_share = 0.25;
    row.attributed_share = 0.26;
    row.samples = 400;
    row.sampling_limit = 0.02;
    results.functions.push_back(row);
  }
  results.confusion = {{"small", "plumbline", "cpu", "cpu", 90e6},
                       {"small", "plumbline", "cpu", "lock", 10e6},
                       {"small", "plumbline", "lock", "lock", 30e6}};
  const std::string text = published("markdown", results);
  EXPECT_EQ(count(text, "<details>"), 2u);  // shares of 30 functions are folded
  EXPECT_EQ(count(text, "</details>"), 2u);
  EXPECT_TRUE(contains(text,
                       "| <code>GET /a</code> | <code>f7</code> | 25.00 | 26.00 | 2.00 | 400 "
                       "| informs |"))
      << text;
  EXPECT_TRUE(contains(text, "| <code>cpu</code> | 90.00 | 10.00 | 90.00 | 100.00 |"));
  EXPECT_TRUE(contains(text, "| <code>lock</code> | | 30.00 | 100.00 | 75.00 |"));
  results.functions.resize(3);
  EXPECT_EQ(count(published("markdown", results), "<details>"), 1u);
}

TEST(PublishGoogleBenchmark, TimeIsTheDistanceFromTheTruth) {
  const Json json = Json::parse(published("gbench", small_results_of(Verdict::kFail, 1)));
  ASSERT_EQ(json["benchmarks"].size(), 6u);  // three runs, three aggregates
  EXPECT_EQ(json["benchmarks"][0]["real_time"], 0.0);
  Results late = small_results();
  late.cells[0].per_run[1].attributed_ns = 111'000'000;
  late.cells[0].per_run[2].attributed_ns = 95'000'000;
  const Json moved = Json::parse(published("gbench", late));
  EXPECT_EQ(moved["benchmarks"][1]["real_time"], 10e6);
  EXPECT_EQ(moved["benchmarks"][2]["real_time"], 5e6);
  EXPECT_EQ(moved["benchmarks"][3]["name"], "small/plumbline/GET /a/cpu_mean");
  EXPECT_EQ(moved["benchmarks"][3]["real_time"], 5e6);
  EXPECT_EQ(moved["benchmarks"][4]["real_time"], 5e6);
}

// Fault: a cell that was skipped has figures of 0, which a tool takes for a perfect profiler.
TEST(Publish, SkippedCellsAreNoFiguresForTools) {
  const Results skipped = small_results_of(Verdict::kSkipped, 77);
  const Json google = Json::parse(published("gbench", skipped));
  EXPECT_EQ(google["benchmarks"].size(), 0u);
  EXPECT_EQ(google["context"]["cells_left_out"], 1);
  EXPECT_EQ(Json::parse(published("bmf", skipped)).size(), 0u);
  EXPECT_EQ(Json::parse(published("github-benchmark", skipped)).size(), 0u);
}

// Fault: a figure that is none is written as null, which the tools read as 0 or refuse.
TEST(Publish, FiguresThatAreNoneAreLeftOutForTools) {
  Results results = small_results();
  results.cells[0].error_ns = std::numeric_limits<double>::quiet_NaN();
  results.cells[0].ci95_ns = {-std::numeric_limits<double>::infinity(),
                              std::numeric_limits<double>::infinity()};
  const Json bencher = Json::parse(published("bmf", results));
  EXPECT_FALSE(bencher.begin()->contains("error-ns"));
  EXPECT_TRUE(bencher.begin()->contains("truth-ns"));
  EXPECT_EQ(Json::parse(published("github-benchmark", results)).size(), 0u);
  for (const Format& format : formats()) {
    const std::string text = text_of(format, results);
    EXPECT_FALSE(contains(text, "nan") || contains(text, "null")) << format.name;
  }
}

TEST(PublishBencher, ValuesLieWithinTheirBounds) {
  const Json json = Json::parse(published("bmf", large_results(10)));
  ASSERT_EQ(json.size(), 10u);
  const Json& failed = json["scenario 3/plumbline/GET /item/3/cpu"];
  EXPECT_EQ(failed["error-ns"]["value"], 49e6);
  EXPECT_EQ(failed["error-ns"]["lower_value"], 48.9e6);
  EXPECT_EQ(failed["truth-ns"]["upper_value"], 101e6);
}

TEST(PublishedNames, AreUniqueAndOfBoundedLength) {
  UniqueNames names;
  std::set<std::string> taken;
  for (int i = 0; i < 1000; ++i) {
    for (const char* name : {"a", "a #2", "a #3", "b"}) {
      EXPECT_TRUE(taken.insert(names.take(name)).second) << name;
    }
  }
  const std::string one(5000, 'x');
  EXPECT_EQ(printable_name(one).size(), kMaxNameBytes);
  EXPECT_NE(printable_name(one + "1"), printable_name(one + "2"));
  EXPECT_NO_THROW(Json(printable_name("x" +
                                      [] {
                                        std::string wide;
                                        for (int i = 0; i < 1000; ++i) wide += "\u20AC";
                                        return wide;
                                      }()))
                      .dump());
}

class StepSummary : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove(file_);
    setenv("GITHUB_STEP_SUMMARY", file_.c_str(), 1);
  }
  void TearDown() override { unsetenv("GITHUB_STEP_SUMMARY"); }
  std::filesystem::path file_ = std::filesystem::path(::testing::TempDir()) / "step_summary.md";
};

TEST_F(StepSummary, IsAppended) {
  std::ofstream(file_) << "earlier\n";
  append_step_summary(small_results());
  EXPECT_EQ(contents(file_).find("earlier\n## Plumbline: PASS"), 0u);
}

TEST_F(StepSummary, NeverMakesTheFileLargerThanItMayBe) {
  std::ofstream(file_) << std::string(700'000, 'x');
  append_step_summary(large_results(10'000));
  EXPECT_LE(std::filesystem::file_size(file_), kStepSummaryBytes);
  EXPECT_GT(std::filesystem::file_size(file_), 1'000'000u);
  ::testing::internal::CaptureStderr();
  append_step_summary(large_results(10'000));
  EXPECT_TRUE(contains(::testing::internal::GetCapturedStderr(), "is full"));
  EXPECT_LE(std::filesystem::file_size(file_), kStepSummaryBytes);
}

TEST_F(StepSummary, FileThatCannotBeWrittenIsOneLine) {
  for (const char* place : {"/nowhere/summary", "/dev/null", "/tmp"}) {
    setenv("GITHUB_STEP_SUMMARY", place, 1);
    ::testing::internal::CaptureStderr();
    append_step_summary(small_results());
    const std::string line = ::testing::internal::GetCapturedStderr();
    EXPECT_TRUE(contains(line, place)) << line;
    EXPECT_EQ(count(line, "\n"), 1u) << line;
  }
  setenv("GITHUB_STEP_SUMMARY", "", 1);
  append_step_summary(small_results());
}

}  // namespace
}  // namespace plumbline::harness::publish

// The console report: what people read, and what it must never show them.
#include "harness/report.h"

#include <gtest/gtest.h>

#include <sstream>

#include "harness/runs/campaign.h"
#include "tests/harness/synthetic_run.h"

namespace plumbline::harness {
namespace {

Results synthetic_results(const testing::Disturbance& disturbance = {}) {
  Campaign campaign{"synthetic", "plumbline", {}};
  for (int repeat = 1; repeat <= 3; ++repeat) {
    campaign.runs.push_back(testing::scored(
        testing::synthetic_run(static_cast<std::uint64_t>(repeat), disturbance), repeat));
  }
  return judge_campaigns({campaign}, Tolerances{}, Results{});
}

std::string line_with(const std::string& text, const std::string& words) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.find(words) != std::string::npos) return line;
  }
  return "";
}

TEST(Report, RowHasTruthAttributedErrorIntervalToleranceAndVerdict) {
  const std::string line = line_with(report_of(synthetic_results(), false), "File I/O");
  for (const char* part : {"..", "+0.00", "[+0.00, +0.00]", "+-", "pass"}) {
    EXPECT_NE(line.find(part), std::string::npos) << part << " in: " << line;
  }
}

TEST(Report, TellsLinksConservationLossesAndMachine) {
  const std::string text = report_of(synthetic_results(), false);
  EXPECT_NE(line_with(text, "links: right 100.00 %").find("pass"), std::string::npos);
  EXPECT_NE(line_with(text, "conservation: tiling error 0 ns").find("pass"), std::string::npos);
  EXPECT_NE(line_with(text, "conservation of the ledger").find("pass"), std::string::npos);
  EXPECT_EQ(line_with(text, "losses by cause"), "losses by cause: none");
  EXPECT_EQ(line_with(text, "machine:"), "machine: 3 runs ok, 0 degraded, 0 invalid");
  EXPECT_NE(text.find("3 runs; totals are means per run"), std::string::npos);
}

TEST(Report, ReasonThatAllCellsShareStandsOnce) {
  const Results results = synthetic_results({.stall_ns = 300'000'000});
  const std::string text = report_of(results, false);
  const std::string notes = text.substr(text.find("neither pass nor fail:"));
  const std::string line = line_with(notes, "machine unfit");
  EXPECT_NE(line.find("16 cells: inconclusive: machine unfit: 3 of 3"), std::string::npos) << line;
  EXPECT_EQ(notes.find("machine unfit", notes.find(line) + line.size()), std::string::npos);
}

TEST(Report, IsPlainTextUnlessColourIsAsked) {
  EXPECT_EQ(report_of(synthetic_results(), false).find('\x1b'), std::string::npos);
  EXPECT_NE(report_of(synthetic_results(), true).find('\x1b'), std::string::npos);
}

TEST(Report, NamesCannotCommandTheTerminal) {
  Results results = synthetic_results();
  for (CellRow& row : results.cells) row.endpoint = "\x1b]0;owned\x07";
  for (CellRow& row : results.cells) row.reason = "\x1b[2J";
  results.runs[0].losses["\x1b[31m"] = 1;
  EXPECT_EQ(report_of(results, false).find('\x1b'), std::string::npos);
  EXPECT_EQ(summary_of(results, "/tmp/\x1b[2J", {"\x1b[2J"}, false).find('\x1b'),
            std::string::npos);
}

TEST(Report, SummaryLeadsWithTheAnswer) {
  const Results results = synthetic_results();
  const std::string text = summary_of(results, "out", {"out/a.png"}, false);
  EXPECT_EQ(text.find("PASS: "), 0u) << text;
  EXPECT_NE(text.find("out/results.json"), std::string::npos);
  EXPECT_NE(text.find("out/a.png"), std::string::npos);
  const std::string unfit =
      summary_of(synthetic_results({.stall_ns = 300'000'000}), "o", {}, false);
  EXPECT_EQ(unfit.find("INCONCLUSIVE: "), 0u) << unfit;
}

}  // namespace
}  // namespace plumbline::harness

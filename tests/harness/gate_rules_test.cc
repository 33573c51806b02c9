// Gate files: which entry judges which row, what is wider than the default is said, entries that
// match nothing are refused, and no text crashes the reader.
#include "harness/gate/gate_rules.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>

#include "analysis/io/error.h"
#include "harness/gate/gate_check.h"
#include "harness/gate/gate_file.h"
#include "harness/gate/name_pattern.h"
#include "harness/runs/campaign.h"
#include "harness/scoring/gate.h"
#include "harness/scoring/scoring.h"
#include "tests/harness/synthetic_run.h"

namespace plumbline::harness {
namespace {

std::string gate_text(const std::string& fields) {
  return R"({"schema": "plumbline.gate/1", )" + fields + "}";
}

Gate gate_of(const std::string& fields) { return gate_from_json(gate_text(fields), "g.json"); }

std::string complaint(const std::string& text) {
  try {
    gate_from_json(text, "g.json");
  } catch (const io::InputError& error) {
    return error.what();
  }
  return "";
}

std::string complaint_of(const std::string& fields) { return complaint(gate_text(fields)); }

// What check_gate says with the synthetic scenario ("GET /a", "GET /b") as all there is.
std::string unused(const std::string& fields) {
  const workloads::Spec spec =
      workloads::parse_spec(testing::synthetic_run(1).ledger.spec_json, "synthetic");
  try {
    check_gate(gate_of(fields), {spec});
  } catch (const io::InputError& error) {
    return error.what();
  }
  return "";
}

void set_shares(EndpointProfile& endpoint, const std::map<std::string, double>& shares) {
  const auto cpu_ns =
      static_cast<double>(endpoint.time.category[static_cast<std::size_t>(format::Category::kCpu)]);
  for (const auto& [function, share] : shares) {
    endpoint.function_cpu_ns[function] = std::llround(share * cpu_ns);
  }
}

Results judged(const Gate& gate, std::map<std::string, std::int64_t> losses = {}) {
  Campaign campaign{"synthetic", "plumbline", {}};
  for (int repeat = 1; repeat <= 5; ++repeat) {
    campaign.runs.push_back(
        testing::scored(testing::synthetic_run(static_cast<std::uint64_t>(repeat)), repeat));
    campaign.runs.back().row.losses = losses;
    EndpointProfile& a = campaign.runs.back().profile.endpoints["GET /a"];
    a.samples = 400;
    set_shares(a, {{"build_report", 0.6}, {"parse_rows", 0.4}});
    a.function_samples = {{"build_report", 240}, {"parse_rows", 160}};
    EndpointProfile& b = campaign.runs.back().profile.endpoints["GET /b"];
    b.samples = 300;
    set_shares(b, {{"match_prices", 0.99}, {"parse_rows", 0.01}});
    b.function_samples = {{"match_prices", 297}, {"parse_rows", 3}};
  }
  return judge_campaigns({campaign}, gate, Results{});
}

const CellRow& cell(const Results& results, std::string_view endpoint, std::string_view category) {
  return *std::find_if(results.cells.begin(), results.cells.end(), [&](const CellRow& row) {
    return row.endpoint == endpoint && row.category == category;
  });
}

TEST(NamePattern, StarAndQuestionMarkAlone) {
  EXPECT_TRUE(matches_pattern("GET /*", "GET /a"));
  EXPECT_TRUE(matches_pattern("*", ""));
  EXPECT_TRUE(matches_pattern("a*b*c", "aXXbYYbc"));
  EXPECT_FALSE(matches_pattern("a*b*c", "aXXbYYbd"));
  EXPECT_TRUE(matches_pattern("GET /a?x=[1]", "GET /a?x=[1]"));
  EXPECT_FALSE(matches_pattern("?", ""));
  EXPECT_FALSE(matches_pattern("[a]", "a"));
  // Fault: a pattern of stars takes for ever.
  std::string stars;
  for (int i = 0; i < 400; ++i) stars += "*a";
  EXPECT_FALSE(matches_pattern(stars + "b", std::string(20'000, 'a')));
}

TEST(Gate, DefaultsAreThoseOfTheTolerances) {
  const Gate gate;
  const CellSize size{.truth_ns = 1e8, .wall_ns = 1e9, .waits = 7, .edges = 11};
  for (std::size_t i = 0; i < format::kCategoryCount; ++i) {
    for (const double truth_ns : {0.0, 1e8}) {
      CellSize of = size;
      of.truth_ns = truth_ns;
      const auto id = format::kCategoryIds[i];
      const CellRule& rule = cell_rule(gate, "s", "e", id, truth_ns);
      EXPECT_EQ(limit_ns(rule.limit, id, of),
                category_tolerance_ns({}, static_cast<format::Category>(i), of))
          << id << truth_ns;
    }
  }
}

// Pass: what --print-gate prints judges as no file does, entry by entry.
TEST(Gate, PrintedDefaultsReadBackJudgeTheSame) {
  const Gate printed = gate_from_json(default_gate_text(), "g.json");
  const Results with = judged(printed), without = judged({});
  ASSERT_EQ(with.cells.size(), without.cells.size());
  for (std::size_t i = 0; i < with.cells.size(); ++i) {
    EXPECT_EQ(with.cells[i].tolerance_ns, without.cells[i].tolerance_ns) << i;
    EXPECT_EQ(with.cells[i].verdict, without.cells[i].verdict) << i;
    EXPECT_FALSE(with.cells[i].default_tolerance_ns);
  }
  EXPECT_EQ(with.summary.reason, without.summary.reason);
  EXPECT_TRUE(with.gate->wider.empty()) << with.gate->wider.front();
  EXPECT_FALSE(without.gate);
  EXPECT_EQ(unused(R"("tolerances": [{"percent": 1}])"), "");
}

TEST(Gate, MostSpecificEntryJudgesAlone) {
  const Gate gate = gate_of(R"("tolerances": [
      {"percent": 50},
      {"category": "lock", "percent": 2},
      {"scenario": "syn*", "percent": 3},
      {"scenario": "synthetic", "percent": 4},
      {"endpoint": "GET /*", "category": "lock", "percent": 5},
      {"endpoint": "GET /b", "percent": 6, "ms": 70}])");
  const auto place = [&](const char* scenario, const char* endpoint, const char* category) {
    return cell_rule(gate, scenario, endpoint, category, 1).place;
  };
  EXPECT_EQ(place("x", "y", "cpu"), "tolerances[0]");
  EXPECT_EQ(place("x", "y", "lock"), "tolerances[1]");
  EXPECT_EQ(place("synth", "y", "lock"), "tolerances[2]");
  EXPECT_EQ(place("synthetic", "y", "lock"), "tolerances[3]");
  EXPECT_EQ(place("synthetic", "GET /a", "lock"), "tolerances[4]");
  EXPECT_EQ(place("synthetic", "GET /b", "lock"), "tolerances[5]");
  EXPECT_EQ(cell_rule(gate, "x", "y", "cpu", 0).place, "");  // a truth of 0 has entries of its own
  const CellSize size{.truth_ns = 1e8, .wall_ns = 1e9, .waits = 1000, .edges = 0};
  // The default's 30 us a wait is not inherited.
  EXPECT_EQ(limit_ns(cell_rule(gate, "x", "y", "lock", 1).limit, "lock", size), 2e6);
  EXPECT_EQ(limit_ns(cell_rule(gate, "x", "GET /b", "lock", 1).limit, "lock", size), 70e6);
}

// Fault: somebody widens a margin until the job is green, and no report says so.
TEST(Gate, WiderThanTheDefaultIsSaidInResultAndReason) {
  const Results results = judged(gate_of(R"("tolerances": [
      {"endpoint": "GET /a", "category": "lock", "percent": 5},
      {"endpoint": "GET /b", "category": "lock", "percent": 0.5},
      {"endpoint": "GET /a", "category": "cpu", "percent": 1, "us_per_event": 2, "gates": false}],
      "links": [{"wrong_percent": 3, "none_percent": 0.5}], "vacuous_percent": 20)"));
  EXPECT_EQ(cell(results, "GET /a", "lock").gate.rule, "tolerances[0]");
  // 5 % against 1 %, which is more than 30 us a wait here.
  EXPECT_DOUBLE_EQ(cell(results, "GET /a", "lock").tolerance_ns,
                   5 * *cell(results, "GET /a", "lock").default_tolerance_ns);
  const GateUse& use = *results.gate;
  ASSERT_EQ(use.entries.size(), 4u);
  EXPECT_EQ(use.entries[0].rows, 1);
  ASSERT_EQ(use.wider.size(), 4u);
  EXPECT_EQ(use.wider[0].find("vacuous_percent: "), 0u);
  EXPECT_EQ(use.wider[1].find("tolerances[0]: the tolerance of 1 rows, such as "), 0u);
  EXPECT_EQ(use.wider[2].find("tolerances[2]: 1 rows do not gate, such as "), 0u);
  EXPECT_EQ(use.wider[3].find("links[0]: the tolerance of 1 rows, such as "), 0u);
  EXPECT_NE(results.summary.reason.find("wider than the default in 4 places"), std::string::npos);
}

TEST(Gate, RowsThatInformDecideNothing) {
  const std::string impossible =
      R"("tolerances": [{"endpoint": "GET /a", "category": "file", "percent": 0, "gates": %})";
  const auto code = [&](const char* gates) {
    std::string text = impossible;
    text.replace(text.find('%'), 1, gates);
    Gate gate = gate_of(text + "]");
    Campaign campaign{"synthetic", "plumbline", {}};
    for (int repeat = 1; repeat <= 3; ++repeat) {
      testing::SyntheticRun run = testing::synthetic_run(static_cast<std::uint64_t>(repeat));
      for (analysis::Segment& segment : run.partition.segments) {
        auto& file = segment.parts.category[static_cast<std::size_t>(format::Category::kFile)];
        file += file / 250;  // 0.4 %: within the default
      }
      testing::sum_again(run);
      campaign.runs.push_back(testing::scored(run, repeat));
    }
    return judge_campaigns({campaign}, gate, Results{}).summary.exit_code;
  };
  EXPECT_EQ(code("true"), kExitGateFailed);
  EXPECT_EQ(code("false"), kExitOk);
}

TEST(Assertion, FunctionInAnEndpointThatNeverOwnsItFails) {
  const Results results = judged(gate_of(R"("never": [
      {"endpoint": "GET /b", "function": "^parse_"},
      {"endpoint": "GET /a", "function": "match_prices"},
      {"endpoint": "GET /b", "function": "parse", "max_share_percent": 5},
      {"endpoint": "GET /b", "function": "no_such_function"},
      {"endpoint": "GET /a", "function": "match", "evidence": 2000}])"));
  ASSERT_EQ(results.assertions.size(), 5u);
  const auto& rows = results.assertions;
  EXPECT_EQ(rows[0].verdict, Verdict::kFail);
  EXPECT_EQ(rows[0].found, 15);
  EXPECT_DOUBLE_EQ(*rows[0].found_pct, 1);
  EXPECT_EQ(rows[0].reason, "such as parse_rows");
  EXPECT_EQ(rows[1].verdict, Verdict::kPass);
  EXPECT_EQ(rows[1].evidence, 1485);
  EXPECT_EQ(rows[2].verdict, Verdict::kPass);
  // A renamed function does not pass for ever.
  EXPECT_EQ(rows[3].verdict, Verdict::kInconclusive);
  EXPECT_NE(rows[3].reason.find("proves nothing"), std::string::npos);
  EXPECT_EQ(rows[4].verdict, Verdict::kInconclusive);
  EXPECT_EQ(results.summary.exit_code, kExitGateFailed);
}

TEST(Assertion, LossesOverTheLimitFail) {
  const char* text = R"("losses": [{"cause": "waits.*", "at_most": 10},
                                   {"cause": "wiats.*", "at_most": 10}])";
  const auto rows = judged(gate_of(text), {{"waits.dropped", 2}, {"other", 99}}).assertions;
  EXPECT_EQ(rows[0].verdict, Verdict::kPass);
  EXPECT_EQ(rows[0].found, 10);
  EXPECT_EQ(rows[1].verdict, Verdict::kInconclusive);
  const auto more = judged(gate_of(text), {{"waits.dropped", 3}}).assertions;
  EXPECT_EQ(more[0].verdict, Verdict::kFail);
}

TEST(FunctionShares, GateOnlyWhereTheFileSaysSoAndWithEnoughSamples) {
  const auto rows = [](const char* fields) { return judged(gate_of(fields)); };
  // GET /a has 2,000 samples, shares of 3/5 and 2/5: +-10 points take 93 of them.
  const Results gating = rows(R"("functions": [{"points": 10}])");
  ASSERT_FALSE(gating.functions.empty());
  for (const FunctionRow& row : gating.functions) EXPECT_TRUE(row.gate.gates);
  const Results informing = rows(R"("functions": [{"points": 10, "gates": false}])");
  for (const FunctionRow& row : informing.functions) {
    EXPECT_EQ(row.verdict, Verdict::kInconclusive);
    EXPECT_FALSE(row.gate.gates);
  }
  EXPECT_GT(gating.summary.pass + gating.summary.fail,
            informing.summary.pass + informing.summary.fail);
  // Too few samples decide nothing.
  const Results tight = rows(R"("functions": [{"endpoint": "GET /a", "points": 0.5}])");
  EXPECT_EQ(tight.summary.exit_code, informing.summary.exit_code);
  EXPECT_EQ(tight.summary.inconclusive, informing.summary.inconclusive);
}

// Fault: an entry for an endpoint that was renamed stays, dead, and its rows are judged by default.
TEST(GateCheck, EntryThatMatchesNothingIsRefused) {
  EXPECT_EQ(unused(R"("tolerances": [{"endpoint": "GET /a", "percent": 1}])"), "");
  EXPECT_EQ(unused(R"("tolerances": [{"percent": 1}, {"endpoint": "GET /A", "percent": 1}])"),
            "g.json: tolerances[1]: matches no row of any scenario (endpoint \"GET /A\"); correct "
            "or remove the entry");
  EXPECT_NE(unused(R"("zero_truth": [{"scenario": "x", "ms": 1}])"), "");
  EXPECT_NE(unused(R"("links": [{"scenario": "x", "wrong_percent": 1, "none_percent": 1}])"), "");
  EXPECT_NE(unused(R"("functions": [{"function": "nobody", "points": 1}])"), "");
  EXPECT_EQ(unused(R"("functions": [{"function": "parse_*", "points": 1}])"), "");
  EXPECT_NE(unused(R"("never": [{"endpoint": "x", "function": "y"}])"), "");
  EXPECT_NE(unused(R"("losses": [{"scenario": "x", "cause": "y", "at_most": 1}])"), "");
}

TEST(GateCheck, TwoEntriesThatAreEquallySpecificAreRefused) {
  const std::string found = unused(
      R"("tolerances": [{"endpoint": "GET*", "percent": 1}, {"endpoint": "*/a", "percent": 2}])");
  EXPECT_NE(found.find("tolerances[0] and tolerances[1]: both match synthetic, GET /a cpu"),
            std::string::npos)
      << found;
  // A third that outranks both settles it.
  EXPECT_EQ(unused(R"("tolerances": [{"endpoint": "GET*", "percent": 1},
                      {"endpoint": "*/a", "percent": 2}, {"endpoint": "GET /a", "percent": 3}])"),
            "");
}

TEST(GateFile, ComplaintsNameFilePlaceAndWhatIsWanted) {
  EXPECT_EQ(complaint_of(R"("tolerances": [{"percent": "1"}])"),
            "g.json: tolerances[0].percent: expected a number from 0 to 1e+09, found \"1\"");
  EXPECT_EQ(complaint_of(R"("tolerances": [{"percent": -1}])"),
            "g.json: tolerances[0].percent: expected a number from 0 to 1e+09, found -1");
  EXPECT_EQ(complaint_of(R"("tolerances": [{"category": "disk", "percent": 1}])")
                .find("g.json: tolerances[0].category: expected one of \"cpu\", "),
            0u);
  EXPECT_EQ(complaint_of(R"("tolerances": [{"category": "cpu"}])"),
            "g.json: tolerances[0]: expected one of percent, ms, wall_percent, us_per_event in it, "
            "found an object");
  EXPECT_EQ(complaint_of(R"("tolerences": [])").find("g.json: unknown key \"tolerences\""), 0u);
  EXPECT_EQ(complaint_of(R"("never": [{"endpoint": "a", "function": "("}])")
                .find("g.json: never[0].function: expected a regular expression as RE2 has them"),
            0u);
  EXPECT_EQ(complaint("{}"), "g.json: schema: expected \"plumbline.gate/1\", found nothing");
  EXPECT_EQ(complaint_of(R"("links": [{"wrong_percent": 1}])"),
            "g.json: links[0].none_percent: expected a number from 0 to 100, found nothing");
}

TEST(GateFile, CommentsStandEverywhere) {
  EXPECT_EQ(complaint_of(R"("comment": "why", "tolerances": [{"comment": "x", "percent": 1}],
      "zero_truth": [{"comment": "x", "ms": 1}], "functions": [{"comment": "x", "points": 1}],
      "links": [{"comment": "x", "wrong_percent": 1, "none_percent": 1}],
      "conservation": [{"comment": "x", "residual_wall_percent": 1, "residual_us_per_wait": 1,
                        "other_wall_percent": 1}],
      "never": [{"comment": "x", "endpoint": "a", "function": "b"}],
      "losses": [{"comment": "x", "cause": "a", "at_most": 1}])"),
            "");
  EXPECT_EQ(complaint_of(R"("tolerances": [{"comment": 5, "percent": 1}])")
                .find("g.json: tolerances[0].comment: "),
            0u);
}

// Fault: a gate file that nobody meant is obeyed, or ends the program.
// Pass: each refused, in one line.
TEST(GateFile, HostileTextsAreRefusedInOneLine) {
  const std::string deep(200'000, '[');
  const auto never = [](const std::string& function) {
    return gate_text("\"never\": [{\"endpoint\": \"a\", \"function\": \"" + function + "\"}]");
  };
  const std::vector<std::string> texts = {std::string(),
                                          std::string("nul\0", 4),
                                          deep,
                                          gate_text("\"x\": " + deep),
                                          gate_text("\"vacuous_percent\": NaN"),
                                          gate_text("\"vacuous_percent\": 1e999"),
                                          gate_text("\"vacuous_percent\": -0.5"),
                                          gate_text("\"comment\": \"\\u001b[2J\""),
                                          gate_text("\"comment\": \"\xff\""),
                                          gate_text("\"comment\": \"a\", \"comment\": \"b\""),
                                          never("(((((a{1000}){1000}){1000}))))"),
                                          never(std::string(5000, 'a')),
                                          gate_text("\"tolerances\": {\"percent\": 1}")};
  for (const std::string& text : texts) {
    const std::string found = complaint(text);
    EXPECT_EQ(found.rfind("g.json: ", 0), 0u) << text.substr(0, 80);
    EXPECT_EQ(found.find('\n'), std::string::npos) << found;
    EXPECT_LT(found.size(), 400u) << found;
  }
}

// Fault: a file of a gigabyte, or of a million entries, takes all memory.
TEST(GateFile, SizeIsBounded) {
  std::string many = "\"tolerances\": [";
  for (std::size_t i = 0; i <= kMaxGateEntries; ++i) many += "{\"percent\": 1},";
  many.back() = ']';
  EXPECT_NE(complaint_of(many), "");
  const std::filesystem::path file = std::filesystem::path(::testing::TempDir()) / "large.json";
  std::ofstream(file) << "{";
  std::filesystem::resize_file(file, 1'000'000'000);
  EXPECT_THROW(read_gate(file), io::InputError);
  std::filesystem::remove(file);
  EXPECT_THROW(read_gate("/dev/zero"), io::InputError);
  EXPECT_THROW(read_gate("/nowhere"), io::InputError);
}

// Pass: 2,000 damages, each refused as input or read whole; seed printed.
TEST(GateFile, DamagedFilesAreRefusedOrWhole) {
  const std::string whole = gate_text(R"("tolerances": [{"scenario": "a*", "percent": 1.5}],
      "never": [{"endpoint": "GET /a", "function": "^x.*y$", "evidence": 5}],
      "losses": [{"cause": "waits.*", "at_most": 0}], "vacuous_percent": 10)");
  const std::uint32_t seed = std::random_device{}();
  std::mt19937 random(seed);
  const std::string_view bytes = "[]{},:\"0-9eE.+tfnu\\ \x01\xff*(";
  int refused = 0;
  for (int i = 0; i < 2000; ++i) {
    std::string damaged = whole;
    for (int change = 0; change <= i % 3; ++change) {
      damaged[random() % damaged.size()] = bytes[random() % bytes.size()];
    }
    refused += complaint(damaged).empty() ? 0 : 1;
  }
  EXPECT_GT(refused, 500) << "seed " << seed;
  std::cout << "seed " << seed << ": " << refused << " of 2000 refused\n";
}

}  // namespace
}  // namespace plumbline::harness

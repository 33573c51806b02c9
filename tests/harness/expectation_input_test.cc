// Golden set of DataDog/prof-correctness' rules, input: what of an expectation file is read,
// ignored or refused; --strict; and that a captured file holds of its profile.
// Rules were read in its source (analysis/*.go at 033d671, model.go at 5586100).
#include <gtest/gtest.h>

#include <string>

#include "analysis/formats/read_profile.h"
#include "harness/expectations/capture.h"
#include "tests/harness/expectation_cases.h"

namespace plumbline::harness::expectations {
namespace {

TEST(ExpectationGolden, MarginIsUnderscoredInAContentAndDashedInAStack) {
  const auto with = [](const std::string& content_key, const std::string& stack_key) {
    return expecting(entry("a$", R"("percent": 30, ")" + content_key + "\": 3"),
                     "\"" + stack_key + "\": 1");
  };
  EXPECT_EQ(ends(with("error_margin", "error-margin"), split(3300)), 0);
  EXPECT_EQ(ends(with("error-margin", "error-margin"), split(3100)), 0);
  EXPECT_EQ(ends(with("error-margin", "error-margin"), split(3300)), 1);  // 3 is ignored
  EXPECT_EQ(ends(with("error-margin", "error_margin"), split(3100)), 1);  // both are
  EXPECT_EQ(ends(with("error-margin", "error_margin"), split(3000)), 0);
}

TEST(ExpectationGolden, EntriesWithoutFigureNeedAMatchingSum) {
  EXPECT_EQ(ends(expecting(R"({"regular_expression": "a"})"), split(1)), 2);
  EXPECT_EQ(ends(expecting(R"({"regular_expression": "main"})", R"("value-matching-sum": 10000)"),
                 split(1)),
            0);
}

TEST(ExpectationGolden, NullsAreAbsent) {
  EXPECT_EQ(ends(expecting(R"({"regular_expression": "a$", "value": null, "percent": 50,
                              "error_margin": null, "labels": null})",
                           R"("error-margin": 1, "value-matching-sum": null, "pprof-regex": null)",
                           R"("note": null, "scale_by_duration": null, "test_name": null)"),
                 split(5100)),
            0);
  EXPECT_EQ(ends(expecting(R"({"regular_expression": "a$", "value": null, "percent": null})"),
                 split(5100)),
            2);
}

TEST(ExpectationGolden, IntegersOnly) {
  EXPECT_EQ(ends(expecting(entry("a$", R"("percent": 50)")), split(5000)), 0);
  for (const char* wrong : {"50.0", "5e1", "\"50\"", "9223372036854775808", "true"}) {
    EXPECT_EQ(ends(expecting(entry("a$", std::string("\"percent\": ") + wrong)), split(5000)), 2)
        << wrong;
  }
}

TEST(ExpectationGolden, StacksMayBeEmptyWithANoteOnly) {
  EXPECT_EQ(ends(R"({"stacks": [], "note": "flaky on arm"})", Files{}), 0);
  EXPECT_EQ(ends(R"({"stacks": [], "note": ""})", Files{}), 2);
  EXPECT_EQ(ends(R"({"stacks": []})", Files{}), 2);
  EXPECT_EQ(ends(R"({"note": "no stacks"})", Files{}), 2);
}

TEST(ExpectationGolden, RequiredFieldsAreThereAndNotEmpty) {
  EXPECT_EQ(ends(R"({"stacks": [{"profile-type": "", "stack-content": [
                     {"regular_expression": "a", "value": 1}]}]})",
                 split(1)),
            2);
  EXPECT_EQ(ends(R"({"stacks": [{"profile_type": "cpu", "stack-content": [
                     {"regular_expression": "a", "value": 1}]}]})",
                 split(1)),
            2);
  EXPECT_EQ(ends(R"({"stacks": [{"profile-type": "cpu", "stack-content": []}]})", split(1)), 2);
  EXPECT_EQ(ends(expecting(R"({"regular_expression": "", "value": 1})"), split(1)), 2);
}

TEST(ExpectationGolden, UnknownKeysAreIgnored) {
  EXPECT_EQ(ends(expecting(entry("a$", R"("percent": 50, "comment": "x",
                                          "regular_expression2": "(")"),
                           R"("_comment": [1])", R"("_comment": {"a": {}})"),
                 split(5000)),
            0);
}

TEST(Strict, WarnsOfWhatCanHardlyFailWith3) {
  const auto both = [](const std::string& json, const Files& files) {
    EXPECT_EQ(ends(json, files), 0) << json;
    return ends(json, files, true);
  };
  const Files half = {{"profile", split(5000).bytes()}};
  EXPECT_EQ(both(R"({"stacks": [], "note": "why"})", half), 3);
  EXPECT_EQ(both(expecting(entry("a$", R"("percent": 50, "error_margin": 49)")), half), 0);
  EXPECT_EQ(both(expecting(entry("a$", R"("percent": 50, "error_margin": 50)")), half), 3);
  EXPECT_EQ(both(expecting(entry("a$", R"("percent": 0, "error_margin": 100)")), half), 3);
  EXPECT_EQ(both(expecting(entry("a$", R"("value": 5000, "error_margin": 99)")), half), 0);
  EXPECT_EQ(both(expecting(entry("a$", R"("value": 5000, "error_margin": 100)")), half), 3);
  EXPECT_EQ(both(expecting(entry(".*", R"("percent": 100)")), half), 3);
  EXPECT_EQ(both(expecting(entry("main", R"("percent": 100)")), half), 0);
  EXPECT_EQ(both(expecting(entry(".*", R"("value": 10000)")), half), 0);
  EXPECT_EQ(both(expecting(entry("a$", R"("percent": 50)"), "\"error_margin\": 5"), half), 3);
  EXPECT_EQ(both(expecting(entry("a$", R"("percent": 50, "comment": 1)")), half), 0);
  EXPECT_EQ(
      both(expecting(entry("a$", R"("percent": 50)"), "", R"("allow_first_profile_failure": true)"),
           half),
      3);
  EXPECT_EQ(both(expecting(R"({"regular_expression": "a"})",
                           R"("value-matching-sum": 1, "error-margin": 1000000)"),
                 half),
            3);
  // A failure outranks warnings.
  EXPECT_EQ(ends(expecting(entry("a$", R"("percent": 49)") + ", " +
                           entry("a$", R"("percent": 50, "error_margin": 100)")),
                 half, true),
            1);
}

ExpectedProfile capture(const std::string& bytes) {
  const formats::StackProfile profile = formats::read_profile_bytes({bytes, "profile"}, "profile");
  return captured(ProfileView(profile, "profile"), "test");
}

TEST(Capture, IsValidAndHoldsOfItsOwnProfile) {
  PprofBuilder builder;
  builder.type("samples", "count").type("cpu").duration_ns(10'000'000'000);
  builder.sample("main;a(int)", {3, 3'000'000'007}, {.text = {{"k", "v"}}, .numbers = {}});
  builder.sample("main;a(int)", {1, 1'000'000'000});  // matches the labelled samples as well
  builder.sample("main;b", {2, 55}, {.text = {{"span id", "7"}}, .numbers = {{"thread id", 9}}});
  builder.sample("main;b", {0, 5}, {.text = {{"span id", "8"}}, .numbers = {}});
  const ExpectedProfile made = capture(builder.bytes());
  EXPECT_TRUE(made.scale_by_duration);
  ASSERT_EQ(made.stacks.size(), 2u);
  EXPECT_EQ(made.stacks[1].content.size(), 3u);
  EXPECT_EQ(made.stacks[1].content[0].regular_expression, "^main;a\\(int\\)$");
  EXPECT_EQ(made.stacks[1].content[0].value, 400'000'000);
  EXPECT_EQ(made.stacks[1].content[2].value, 6);             // 60 in 10 s
  EXPECT_EQ(made.stacks[0].content[2].value, std::nullopt);  // a fifth of one a second
  EXPECT_TRUE(made.stacks[1].content[2].labels.empty());
  const std::string json = expected_profile_json(made);
  EXPECT_EQ(json.find("null"), json.npos);
  EXPECT_EQ(ends(json, builder), 0) << json;
  PprofBuilder other;
  other.type("samples", "count").type("cpu").duration_ns(10'000'000'000);
  other.sample("main;a(int)", {3, 3'000'000'007}).sample("main;c", {3, 1'000'000'060});
  EXPECT_EQ(ends(json, other), 1);
}

TEST(Capture, OfASnapshotIsAbsoluteAndOfOtherFormatsToo) {
  const ExpectedProfile folded = capture("main;a 3\nmain;b 1\n");
  EXPECT_FALSE(folded.scale_by_duration);
  EXPECT_EQ(folded.stacks[0].content[0].value, 3);
  EXPECT_EQ(ends(expected_profile_json(folded), Files{{"profile", "main;a 3\nmain;b 1\n"}}), 0);
  EXPECT_EQ(ends(expected_profile_json(folded), Files{{"profile", "main;a 2\nmain;b 2\n"}}), 1);
}

}  // namespace
}  // namespace plumbline::harness::expectations

// Golden set of DataDog/prof-correctness' rules, figures: percent, value, sum, rates; each on both
// sides of its boundary.
// Rules were read in its source (analysis/*.go at 033d671, model.go at 5586100).
#include <gtest/gtest.h>

#include <string>

#include "tests/harness/expectation_cases.h"

namespace plumbline::harness::expectations {
namespace {

TEST(ExpectationGolden, PercentIsCutToWholePointsSoTheRangeIsHalfOpenAndOneWider) {
  const std::string around_33 = expecting(entry("a$", R"("percent": 33, "error_margin": 3)"));
  EXPECT_EQ(ends(around_33, split(2999)), 1);  // 29.99 % is 29
  EXPECT_EQ(ends(around_33, split(3000)), 0);
  EXPECT_EQ(ends(around_33, split(3699)), 0);  // 36.99 % is 36
  EXPECT_EQ(ends(around_33, split(3700)), 1);
  const std::string exact = expecting(entry("a$", R"("percent": 33)"));
  EXPECT_EQ(ends(exact, split(3399)), 0);
  EXPECT_EQ(ends(exact, split(3400)), 1);
}

TEST(ExpectationGolden, NegativePercentIsCutTowardsZero) {
  PprofBuilder builder;
  builder.type("cpu").sample("a", {-199}).sample("b", {10'199});
  EXPECT_EQ(ends(expecting(entry("^a$", R"("percent": -1)")), builder), 0);
  EXPECT_EQ(ends(expecting(entry("^a$", R"("percent": -2)")), builder), 1);
}

TEST(ExpectationGolden, PercentOfTheWholeTypeWhateverTheLabels) {
  PprofBuilder builder;
  builder.type("cpu").sample("main", {50}, {.text = {{"k", "v"}}, .numbers = {}});
  builder.sample("main", {50});
  const std::string labels = R"("labels": [{"key": "k", "values": ["v"]}])";
  EXPECT_EQ(ends(expecting(entry("main", R"("percent": 50, )" + labels)), builder), 0);
  EXPECT_EQ(ends(expecting(entry("main", R"("percent": 100, )" + labels)), builder), 1);
}

TEST(ExpectationGolden, PercentOfATotalOfZeroIsZero) {
  PprofBuilder builder;
  builder.type("cpu").sample("a", {5}).sample("b", {-5});
  EXPECT_EQ(ends(expecting(entry("a", R"("percent": 0)")), builder), 0);
  EXPECT_EQ(ends(expecting(entry("a", R"("percent": 1)")), builder), 1);
}

TEST(ExpectationGolden, ValueIsRelativeAndItsMarginInclusive) {
  const std::string about_1000 = expecting(entry("a$", R"("value": 1000, "error_margin": 10)"));
  EXPECT_EQ(ends(about_1000, split(900)), 0);
  EXPECT_EQ(ends(about_1000, split(899)), 1);
  EXPECT_EQ(ends(about_1000, split(1100)), 0);
  EXPECT_EQ(ends(about_1000, split(1101)), 1);
}

TEST(ExpectationGolden, ExpectedZeroWantsExactlyZeroWhateverTheMargin) {
  const std::string none = expecting(entry("absent", R"("value": 0, "error_margin": 1000)"));
  EXPECT_EQ(ends(none, split(10)), 0);
  const std::string some = expecting(entry("a$", R"("value": 0, "error_margin": 1000)"));
  EXPECT_EQ(ends(some, split(1)), 1);
}

TEST(ExpectationGolden, NegativeExpectedValueWantsExactlyIt) {
  PprofBuilder builder;
  builder.type("cpu").sample("a", {-5}).sample("b", {100});
  EXPECT_EQ(ends(expecting(entry("a", R"("value": -5, "error_margin": 1000)")), builder), 0);
  EXPECT_EQ(ends(expecting(entry("a", R"("value": -4, "error_margin": 1000)")), builder), 1);
}

TEST(ExpectationGolden, ValueAndPercentAreBothJudgedByTheSameMargin) {
  EXPECT_EQ(ends(expecting(entry("a$", R"("value": 3300, "percent": 33)")), split(3300)), 0);
  EXPECT_EQ(ends(expecting(entry("a$", R"("value": 3300, "percent": 34)")), split(3300)), 1);
  EXPECT_EQ(ends(expecting(entry("a$", R"("value": 3301, "percent": 33)")), split(3300)), 1);
}

TEST(ExpectationGolden, MatchingSumCountsOverlapsTwiceAndHasTheStacksMarginOnly) {
  const std::string contents =
      entry("a$", R"("error_margin": 90)") + ", " + R"({"regular_expression": "main"})";
  const auto sum = [&](const std::string& value, const std::string& margin) {
    return expecting(contents,
                     "\"value-matching-sum\": " + value + ", \"error-margin\": " + margin);
  };
  EXPECT_EQ(ends(sum("13000", "0"), split(3000)), 0);  // 3,000 + 10,000
  EXPECT_EQ(ends(sum("10000", "0"), split(3000)), 1);
  EXPECT_EQ(ends(sum("10000", "30"), split(3000)), 0);
  EXPECT_EQ(ends(sum("10000", "29"), split(3000)), 1);
}

TEST(ExpectationGolden, ScaleByDurationMakesValuesRates) {
  const std::string rate = entry("a$", R"("value": 100)");
  EXPECT_EQ(ends(expecting(rate, "", R"("scale_by_duration": true)"), split(1000)), 0);
  EXPECT_EQ(ends(expecting(rate, "", R"("scale_by_duration": true)"), split(100)), 1);
  EXPECT_EQ(ends(expecting(rate), split(100)), 0);
  EXPECT_EQ(ends(expecting(rate), split(1000)), 1);
  const std::string sum = R"("value-matching-sum": 1000)";
  EXPECT_EQ(
      ends(expecting(R"({"regular_expression": "main"})", sum, R"("scale_by_duration": true)"),
           split(1)),
      0);
}

TEST(ExpectationGolden, WithoutDurationValuesAreAbsoluteEvenWhenScaled) {
  PprofBuilder snapshot;
  snapshot.type("cpu").sample("main;a", {100});
  const std::string top = R"("scale_by_duration": true)";
  EXPECT_EQ(ends(expecting(entry("a$", R"("value": 100)"), "", top), snapshot), 0);
  EXPECT_EQ(ends(expecting(entry("a$", R"("value": 10)"), "", top), snapshot), 1);
}

}  // namespace
}  // namespace plumbline::harness::expectations

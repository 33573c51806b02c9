// Golden set of DataDog/prof-correctness' rules, selection: which stacks, labels, types and files
// an expectation is about; each on both sides of its boundary.
// Rules were read in its source (analysis/*.go at 033d671, model.go at 5586100).
#include <gtest/gtest.h>

#include <string>

#include "tests/harness/expectation_cases.h"

namespace plumbline::harness::expectations {
namespace {

TEST(ExpectationGolden, RegularExpressionIsUnanchoredOnTheRootFirstStack) {
  EXPECT_EQ(ends(expecting(entry("ain;a", R"("percent": 50)")), split(5000)), 0);
  EXPECT_EQ(ends(expecting(entry("^main;a$", R"("percent": 50)")), split(5000)), 0);
  EXPECT_EQ(ends(expecting(entry("^a;main$", R"("percent": 50)")), split(5000)), 1);
  EXPECT_EQ(ends(expecting(entry("^ain;a", R"("percent": 50)")), split(5000)), 1);
}

TEST(ExpectationGolden, RegularExpressionsHaveGosSyntax) {
  PprofBuilder builder;
  builder.type("cpu").sample("main;leak_function(int)", {50}).sample("main;\xFFx", {50});
  const std::string half = R"("percent": 50)";
  EXPECT_EQ(ends(expecting(entry("leak_function\\\\(int\\\\)$", half)), builder), 0);
  EXPECT_EQ(ends(expecting(entry("(?i)LEAK_\\\\Qfunction(\\\\E", half)), builder), 0);
  EXPECT_EQ(ends(expecting(entry("main;.x$", half)), builder), 0);  // '.' is a byte out of UTF-8
  EXPECT_EQ(ends(expecting(entry("(?!leak)", half)), builder), 2);  // no look-ahead
  EXPECT_EQ(ends(expecting(entry("a(", half)), builder), 2);
}

TEST(ExpectationGolden, LocationWithoutLineAddsNoFrameInPprofAndItsBinaryInOtlp) {
  const std::string without = expecting(entry("^main;a$", R"("percent": 100)"));
  const std::string with = expecting(entry("^main;libx.so;a$", R"("percent": 100)"));
  PprofBuilder pprof;
  pprof.type("cpu").sample("main;@libx.so;a", {1});
  EXPECT_EQ(ends(without, pprof), 0);
  EXPECT_EQ(ends(with, pprof), 1);
  const Files otlp = {
      {"profile.otlp",
       test::otlp_file(
           {{.type = "cpu", .samples = {{.stack = "main;@libx.so;a", .values = {1}}}}})}};
  EXPECT_EQ(ends(without, otlp), 1);
  EXPECT_EQ(ends(with, otlp), 0);
}

TEST(ExpectationGolden, InlinedFramesStandBehindTheFunctionThatHoldsThem) {
  PprofBuilder builder;
  builder.type("cpu").sample("main;foo>moreIntensiveTask", {1});
  EXPECT_EQ(ends(expecting(entry("main;foo.*moreIntensiveTask$", R"("percent": 100)")), builder),
            0);
  EXPECT_EQ(ends(expecting(entry("moreIntensiveTask;foo", R"("percent": 100)")), builder), 1);
}

PprofBuilder labelled() {
  PprofBuilder builder;
  builder.type("cpu").sample("main", {100},
                             {.text = {{"k", "b"}, {"k", "a"}}, .numbers = {{"thread id", 42}}});
  return builder;
}

std::string with_label(const std::string& label) {
  return expecting(entry("main", R"("percent": 100, "labels": [)" + label + "]"));
}

TEST(ExpectationGolden, LabelValuesAreEqualAsSetsOfTheSameLength) {
  EXPECT_EQ(ends(with_label(R"({"key": "k", "values": ["a", "b"]})"), labelled()), 0);
  EXPECT_EQ(ends(with_label(R"({"key": "k", "values": ["b", "a"]})"), labelled()), 0);
  EXPECT_EQ(ends(with_label(R"({"key": "k", "values": ["a"]})"), labelled()), 1);
  EXPECT_EQ(ends(with_label(R"({"key": "k", "values": ["a", "b", "b"]})"), labelled()), 1);
  EXPECT_EQ(ends(with_label(R"({"key": "K", "values": ["a", "b"]})"), labelled()), 1);
}

TEST(ExpectationGolden, LabelRegexIsUnanchoredAndEveryValueMustMatch) {
  EXPECT_EQ(ends(with_label(R"({"key": "k", "values_regex": "[ab]"})"), labelled()), 0);
  EXPECT_EQ(ends(with_label(R"({"key": "k", "values_regex": "a"})"), labelled()), 1);
  EXPECT_EQ(ends(with_label(R"({"key": "thread id", "values_regex": "4"})"), labelled()), 0);
  EXPECT_EQ(ends(with_label(R"({"key": "none", "values_regex": ".*"})"), labelled()), 1);
}

TEST(ExpectationGolden, AllListedLabelsMustMatchAndNumbersAreDecimalText) {
  const std::string number = R"({"key": "thread id", "values": ["42"]})";
  const std::string text = R"({"key": "k", "values": ["a", "b"]})";
  EXPECT_EQ(ends(with_label(number + ", " + text), labelled()), 0);
  EXPECT_EQ(ends(with_label(number + R"(, {"key": "k", "values": ["c"]})"), labelled()), 1);
}

TEST(ExpectationGolden, LabelHasExactlyOneOfItsTwoForms) {
  EXPECT_EQ(
      ends(with_label(R"({"key": "k", "values": ["a", "b"], "values_regex": ""})"), labelled()), 0);
  EXPECT_EQ(ends(with_label(R"({"key": "k", "values": ["a"], "values_regex": "a"})"), labelled()),
            2);
  EXPECT_EQ(ends(with_label(R"({"key": "k"})"), labelled()), 2);
  EXPECT_EQ(ends(with_label(R"({"key": "k", "values": null, "values_regex": ""})"), labelled()), 2);
  EXPECT_EQ(ends(with_label(R"({"key": "k", "values": null, "values_regex": "[ab]"})"), labelled()),
            0);
}

TEST(ExpectationGolden, LabelKeysAreCanonical) {
  const std::map<std::string, std::string> canonical = {
      {"thread.id", "thread id"},
      {"thread.name", "thread name"},
      {"process.pid", "process_id"},
      {"process.id", "process_id"},
      {"service.name", "service"},
      {"trace.id", "trace id"},
      {"trace_id", "trace id"},
      {"span.id", "span id"},
      {"span_id", "span id"},
      {"local_root_span_id", "local root span id"},
      {"local.root.span.id", "local root span id"},
      {"trace endpoint", "trace endpoint"},
      {"thread_name", "thread_name"}};
  for (const auto& [from, to] : canonical) {
    PprofBuilder builder;
    builder.type("cpu").sample("main", {1}, {.text = {{from, "v"}}, .numbers = {}});
    EXPECT_EQ(ends(with_label(R"({"key": ")" + to + R"(", "values": ["v"]})"), builder), 0) << from;
    if (from == to) continue;
    EXPECT_EQ(ends(with_label(R"({"key": ")" + from + R"(", "values": ["v"]})"), builder), 1);
  }
}

TEST(ExpectationGolden, SpanOfAnOtlpLinkIsHexUnderTheSameKey) {
  const Files files = {
      {"x.otlp", test::otlp_file({{.type = "cpu",
                                   .samples = {{.stack = "main",
                                                .values = {1},
                                                .span_id = "\x01\x02\x03\x04"
                                                           "\x05\x06\x07\xFF"}}}})}};
  const std::string top = R"("pprof-regex": "otlp$")";
  const auto span = [&](const std::string& id) {
    return expecting(entry("main", R"("percent": 100, "labels": [{"key": "span id", "values": [")" +
                                       id + R"("]}])"),
                     "", top);
  };
  EXPECT_EQ(ends(span("01020304050607ff"), files), 0);
  EXPECT_EQ(ends(span("72623859790382335"), files), 1);
}

TEST(ExpectationGolden, EveryFileIsJudgedAlone) {
  const std::string half = expecting(entry("a$", R"("percent": 50)"));
  EXPECT_EQ(
      ends(half, Files{{"profile.1", split(5000).bytes()}, {"profile.2", split(5000).bytes()}}), 0);
  // Merged they would be half and half.
  const Files unlike = {{"profile.1", split(4000).bytes()}, {"profile.2", split(6000).bytes()}};
  EXPECT_EQ(ends(half, unlike), 1);
  EXPECT_EQ(check(half, unlike).failed, 2u);
}

TEST(ExpectationGolden, DefaultFilesBeginWithProfileOrHoldPprofAndAreNoJson) {
  const std::string all = expecting(entry("main", R"("percent": 100)"));
  const std::string good = split(1).bytes();
  for (const char* name : {"profile", "profile.12.1", "x.pprof", "deep/er/my.pprof.gz", "xpprofx",
                           "profile.jso", "profilexjson"}) {
    EXPECT_EQ(ends(all, Files{{name, good}}), 0) << name;
  }
  for (const char* name :
       {"myprofile", "profile.json", "profilejson", "x.pprof.json", "cpu.pb.gz"}) {
    EXPECT_EQ(ends(all, Files{{name, good}}), 1) << name;
  }
}

TEST(ExpectationGolden, StackFileRegexOverridesTheOneOfTheFile) {
  const Files files = {{"one.pb", split(5000).bytes()}, {"two.pb", split(2000).bytes()}};
  const std::string content = entry("a$", R"("percent": 20)");
  EXPECT_EQ(ends(expecting(content, "", R"("pprof-regex": "^two")"), files), 0);
  EXPECT_EQ(ends(expecting(content, "", R"("pprof-regex": "^one")"), files), 1);
  EXPECT_EQ(ends(expecting(content, R"("pprof-regex": "wo")", R"("pprof-regex": "^one")"), files),
            0);
  EXPECT_EQ(ends(expecting(content, R"("pprof-regex": "")", R"("pprof-regex": "^two")"), files), 0);
  EXPECT_EQ(ends(expecting(content, "", R"("pprof-regex": "^three")"), files), 1);
  EXPECT_EQ(ends(expecting(content, "", R"("pprof-regex": "(")"), files), 2);
}

TEST(ExpectationGolden, FirstFileByPathMayFailForEachEntry) {
  const std::string half = expecting(entry("a$", R"("percent": 50)"));
  const std::string lenient =
      expecting(entry("a$", R"("percent": 50)"), "", R"("allow_first_profile_failure": true)");
  const Files first_wrong = {{"profile.1", split(1).bytes()}, {"profile.2", split(5000).bytes()}};
  const Files second_wrong = {{"profile.1", split(5000).bytes()}, {"profile.2", split(1).bytes()}};
  EXPECT_EQ(ends(half, first_wrong), 1);
  EXPECT_EQ(ends(lenient, first_wrong), 0);
  EXPECT_EQ(check(lenient, first_wrong).allowed, 1u);
  EXPECT_EQ(ends(lenient, second_wrong), 1);
  // 10 comes before 2.
  EXPECT_EQ(
      ends(lenient, Files{{"profile.10", split(1).bytes()}, {"profile.2", split(5000).bytes()}}),
      0);
}

TEST(ExpectationGolden, MissingTypeFailsAndStopsEvenInTheFirstFile) {
  PprofBuilder other;
  other.type("wall").sample("main;a", {1});
  const std::string lenient =
      expecting(entry("a$", R"("percent": 50)"), "", R"("allow_first_profile_failure": true)");
  const Files files = {{"profile.1", other.bytes()}, {"profile.2", split(1).bytes()}};
  const Check made = check(lenient, files);
  EXPECT_EQ(exit_code_of(made), 1);
  EXPECT_TRUE(made.stopped);
  EXPECT_EQ(made.assertions.size(), 1u);
  // Of a type with nothing but zeros pprof keeps no sample.
  PprofBuilder zeros;
  zeros.type("cpu").sample("main;a", {0});
  EXPECT_EQ(ends(expecting(entry("a$", R"("value": 0)")), zeros), 1);
}

TEST(ExpectationGolden, MissingFilesFailButDoNotStop) {
  const std::string json = R"({"stacks": [
      {"profile-type": "cpu", "pprof-regex": "none", "stack-content": [
        {"regular_expression": "a", "percent": 50}]},
      {"profile-type": "cpu", "stack-content": [{"regular_expression": "a$", "percent": 50}]}]})";
  const Check made = check(json, {{"profile", split(5000).bytes()}});
  EXPECT_EQ(made.failed, 1u);
  EXPECT_EQ(made.passed, 1u);
}

TEST(ExpectationGolden, PackedProfilesAreRead) {
  const std::string plain = split(5000).bytes();
  const std::string half = expecting(entry("a$", R"("percent": 50)"));
  for (const std::string& packed :
       {test::gzipped(plain), test::zstd_packed(plain), test::lz4_packed(plain),
        test::lz4_packed(test::gzipped(plain))}) {
    EXPECT_EQ(ends(half, Files{{"profile.pprof", packed}}), 0);
    EXPECT_EQ(ends(half, Files{{"profile.pprof", packed.substr(0, packed.size() - 3)}}), 2);
  }
}

TEST(ExpectationGolden, TypeIsMatchedExactlyAndTwoColumnsOfOneNameAreBothCounted) {
  PprofBuilder twice;
  twice.type("cpu").type("cpu", "count").type("cpu-time").sample("a", {10, 5, 99});
  EXPECT_EQ(ends(expecting(entry("a", R"("value": 15)")), twice), 0);
  EXPECT_EQ(ends(expecting(entry("a", R"("value": 10)")), twice), 1);
}

}  // namespace
}  // namespace plumbline::harness::expectations

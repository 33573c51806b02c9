// Specifications: what a good one says, and the one line that each bad one gets.
#include "workloads/spec.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "analysis/io/error.h"
#include "tests/workloads/spec_complaint.h"
#include "tests/workloads/temporary_directory.h"

namespace plumbline::workloads {
namespace {

using nlohmann::json;

const char* const kGood = R"({
  "name": "shop", "description": "two endpoints", "seed": 7, "workers": 2,
  "arrival": {"mode": "closed", "think_us": 500}, "rounds": 40,
  "jitter": {"distribution": "uniform", "percent": 20},
  "endpoints": [
    {"name": "GET /report", "weight": 3, "steps": [
      {"category": "cpu", "duration_us": 3000, "function": "build_report"},
      {"category": "file", "duration_us": 6000, "operation": "pread", "bytes": 4096},
      {"span": "query", "steps": [
        {"category": "socket", "duration_us": 6000, "operation": "recv", "family": "unix"},
        {"category": "cpu", "iterations": 200000, "function": "parse_rows"}]},
      {"category": "lock", "duration_us": 5000, "primitive": "mutex", "name": "cache"},
      {"category": "sync", "duration_us": 5000, "primitive": "sleep"}]},
    {"name": "PUT /order", "steps": [
      {"category": "file", "duration_us": 1000, "operation": "fsync"}]}]
})";

TEST(Spec, ReadsWhatIsWritten) {
  const Spec spec = parse_spec(kGood, "s.json");
  EXPECT_EQ(spec.name, "shop");
  EXPECT_EQ(spec.seed, 7U);
  EXPECT_EQ(spec.workers, 2);
  EXPECT_EQ(spec.think_ns, 500'000);
  EXPECT_EQ(spec.rounds, 40);
  EXPECT_EQ(spec.jitter_percent, 20);
  EXPECT_EQ(spec.json, kGood);
  ASSERT_EQ(spec.endpoints.size(), 2U);
  EXPECT_EQ(spec.endpoints[0].weight, 3);
  EXPECT_EQ(spec.endpoints[1].weight, 1);
  EXPECT_EQ(request_count(spec), 160);
  const std::vector<Step>& steps = spec.endpoints[0].steps;
  EXPECT_EQ(steps[0].segment.kind, LedgerKind::kCpu);
  EXPECT_EQ(steps[0].segment.function->name, "build_report");
  EXPECT_EQ(steps[0].segment.duration_ns, 3'000'000);
  EXPECT_EQ(steps[1].segment.operation, FileOperation::kPread);
  EXPECT_EQ(steps[1].segment.bytes, 4096);
  EXPECT_EQ(steps[2].steps[1].segment.iterations, 200'000);
  EXPECT_EQ(steps[3].segment.name, "cache");
  EXPECT_EQ(steps[4].segment.kind, LedgerKind::kSync);
}

TEST(Spec, NumbersStepsDepthFirstFromOne) {
  const Spec spec = parse_spec(kGood, "s.json");
  const std::vector<const Step*> steps = steps_by_number(spec.endpoints[0]);
  ASSERT_EQ(steps.size(), 8U);
  EXPECT_EQ(steps[0], nullptr);
  for (std::size_t number = 1; number < steps.size(); ++number) {
    EXPECT_EQ(steps[number]->number, number);
  }
  EXPECT_EQ(steps[3]->span, "query");
  EXPECT_EQ(steps[4]->segment.kind, LedgerKind::kSocket);
  EXPECT_EQ(steps[6]->segment.kind, LedgerKind::kLock);
  EXPECT_EQ(spec.endpoints[0].step_count, 7U);
}

TEST(Spec, ShippedScenariosAreGood) {
  for (const char* name : {"standard", "controls"}) {
    const Spec spec = read_spec(std::string(SCENARIO_DIRECTORY "/") + name + ".json");
    EXPECT_EQ(spec.name, name);
  }
}

// One change to the good specification and the complaint that it must cause.
struct BadSpec {
  const char* where;    // JSON pointer
  const char* value;    // JSON to put there; empty: take it away
  const char* message;  // after "s.json: "
};

void PrintTo(const BadSpec& bad, std::ostream* out) { *out << bad.where << " = " << bad.value; }

std::string with_change(const BadSpec& bad) {
  json document = json::parse(kGood);
  const json::json_pointer where(bad.where);
  if (*bad.value != '\0') {
    document[where] = json::parse(bad.value);
  } else {
    document[where.parent_pointer()].erase(where.back());
  }
  return document.dump();
}

class SpecComplaint : public testing::TestWithParam<BadSpec> {};

TEST_P(SpecComplaint, IsOneLineThatNamesFilePathAndExpectation) {
  EXPECT_EQ(complaint_about(with_change(GetParam())), std::string("s.json: ") + GetParam().message);
}

const std::vector<BadSpec> kBadSpecs = {
    // Keys.
    {"/colour", "1",
     "unknown key \"colour\"; expected only name, description, seed, workers, oversubscribed, "
     "resident_mib, executor, in_flight, arrival, between, rounds, jitter, endpoints"},
    {"/resident_mib", "10000000",
     "resident_mib: expected an integer from 1 to 1024, found 10000000"},
    {"/resident_mib", "0", "resident_mib: expected an integer from 1 to 1024, found 0"},
    {"/between", R"({"category": "sync", "duration_us": 5, "primitive": "sleep"})",
     "between.category: expected \"cpu\", found \"sync\""},
    {"/between", R"({"category": "cpu", "duration_us": 5, "function": "parse_rows", "repeat": 2})",
     "between: unknown key \"repeat\"; expected only category, duration_us, iterations, until_us, "
     "of_us, function, shape"},
    {"/endpoints/1/steps/0/bytes", "4096",
     "endpoints[1].steps[0]: unknown key \"bytes\"; expected only category, duration_us, "
     "operation, repeat"},
    {"/endpoints/0/steps/0/duration_ms", "3",
     "endpoints[0].steps[0]: unknown key \"duration_ms\"; expected only category, duration_us, "
     "iterations, until_us, of_us, function, shape, repeat"},
    {"/jitter/per\\ncent", "1",
     "jitter: unknown key \"per\\\\ncent\"; expected only distribution, percent"},
    {"/name", "",
     "name: expected a text of 1 to 100 bytes without control characters, found nothing"},
    {"/endpoints", "", "endpoints: expected an array of 1 to 64 elements, found nothing"},
    {"/endpoints/1/steps/0/duration_us", "",
     "endpoints[1].steps[0].duration_us: expected an integer from 1 to 60000000, found nothing"},
    {"/endpoints/0/steps/0/duration_us", "",
     "endpoints[0].steps[0]: expected exactly one of duration_us, iterations and until_us (with "
     "of_us) in it, found an object"},
    {"/endpoints/0/steps/0/iterations", "5",
     "endpoints[0].steps[0]: expected exactly one of duration_us, iterations and until_us (with "
     "of_us) in it, found an object"},
    {"/endpoints/0/steps/0/until_us", "5",
     "endpoints[0].steps[0]: expected exactly one of duration_us, iterations and until_us (with "
     "of_us) in it, found an object"},
    {"/endpoints/0/steps/0", R"({"category": "cpu", "function": "build_report", "until_us": 250})",
     "endpoints[0].steps[0].of_us: expected an integer from 1 to 60000000, found nothing"},
    {"/endpoints/0/steps/0",
     R"({"category": "cpu", "function": "build_report", "until_us": 251, "of_us": 250})",
     "endpoints[0].steps[0].until_us: expected an integer from 1 to 250, found 251"},
    // Types.
    {"/arrival", "\"closed\"", "arrival: expected an object, found \"closed\""},
    {"/workers", "\"2\"", "workers: expected an integer from 1 to 1000, found \"2\""},
    {"/rounds", "4.5", "rounds: expected an integer from 1 to 1000000, found 4.5"},
    {"/rounds", "null", "rounds: expected an integer from 1 to 1000000, found null"},
    {"/seed", "-1", "seed: expected an integer from 0 to 18446744073709551615, found -1"},
    {"/endpoints/0/steps/2/steps", "{}",
     "endpoints[0].steps[2].steps: expected an array of 1 to 255 elements, found an object"},
    {"/endpoints/0/steps/0", "17", "endpoints[0].steps[0]: expected an object, found 17"},
    // Durations and counts.
    {"/endpoints/1/steps/0/duration_us", "-5",
     "endpoints[1].steps[0].duration_us: expected an integer from 1 to 60000000, found -5"},
    {"/endpoints/1/steps/0/duration_us", "0",
     "endpoints[1].steps[0].duration_us: expected an integer from 1 to 60000000, found 0"},
    {"/endpoints/1/steps/0/duration_us", "9223372036854775807",
     "endpoints[1].steps[0].duration_us: expected an integer from 1 to 60000000, found "
     "9223372036854775807"},
    {"/endpoints/1/steps/0/duration_us", "18446744073709551615",
     "endpoints[1].steps[0].duration_us: expected an integer from 1 to 60000000, found "
     "18446744073709551615"},
    {"/arrival/think_us", "-1",
     "arrival.think_us: expected an integer from 0 to 60000000, found -1"},
    {"/jitter/percent", "91", "jitter.percent: expected an integer from 0 to 90, found 91"},
    {"/workers", "33",
     "workers: expected at most 32 with segments that plumbline-truthd ends, found 33"},
    {"/endpoints/0/weight", "0",
     "endpoints[0].weight: expected an integer from 1 to 10000, found 0"},
    // Sizes: ten terabytes, millions of spans.
    {"/endpoints/0/steps/1/bytes", "10000000000000",
     "endpoints[0].steps[1].bytes: expected an integer from 1 to 131072, found 10000000000000"},
    {"/rounds", "1000000",
     "rounds: expected so few requests that the whole run has at most 4000000 spans and segments, "
     "found 1000000"},
    // Choices.
    {"/arrival/mode", "\"open\"",
     "arrival.mode: expected one of \"closed\", \"fixed_rate\", found \"open\""},
    {"/jitter/distribution", "\"normal\"",
     "jitter.distribution: expected \"uniform\", found \"normal\""},
    {"/endpoints/0/steps/0/category", "\"gpu\"",
     "endpoints[0].steps[0].category: expected one of \"cpu\", \"lock\", \"sync\", \"file\", "
     "\"socket\", \"other\", found \"gpu\""},
    {"/endpoints/0/steps/1/operation", "\"mmap\"",
     "endpoints[0].steps[1].operation: expected one of \"pread\", \"pwrite\", \"fsync\", "
     "\"fread\", \"fwrite\", \"read_buffered\", \"read_cached\", \"mmap_fault\", \"o_direct\", "
     "\"open\", \"stat\", found \"mmap\""},
    {"/endpoints/0/steps/2/steps/0/family", "\"ipx\"",
     "endpoints[0].steps[2].steps[0].family: expected one of \"unix\", \"tcp\", found \"ipx\""},
    {"/endpoints/0/steps/0/function", "\"system\"",
     "endpoints[0].steps[0].function: expected one of \"build_report\", \"parse_rows\", "
     "\"render_page\", \"compress_block\", \"hash_password\", \"sort_orders\", \"match_prices\", "
     "\"scale_image\", \"encode_reply\", \"check_rights\", \"plan_query\", \"merge_index\", found "
     "\"system\""},
    // Lists and names.
    {"/endpoints", "[]", "endpoints: expected an array of 1 to 64 elements, found an empty array"},
    {"/endpoints/1/steps", "[]",
     "endpoints[1].steps: expected an array of 1 to 255 elements, found an empty array"},
    {"/endpoints/1/name", "\"GET /report\"",
     "endpoints[1].name: expected a name that no other endpoint has, found \"GET /report\""},
    {"/endpoints/1/name", "\"\"",
     "endpoints[1].name: expected a text of 1 to 100 bytes without control characters, found \"\""},
    {"/endpoints/1/name", "\"two\\nlines\"",
     "endpoints[1].name: expected a text of 1 to 100 bytes without control characters, found "
     "\"two\\nlines\""},
    {"/endpoints/0/steps/2/category", "\"cpu\"",
     "endpoints[0].steps[2]: unknown key \"category\"; expected only span, steps, thread, "
     "parent, repeat"},
};

INSTANTIATE_TEST_SUITE_P(Each, SpecComplaint, testing::ValuesIn(kBadSpecs));

TEST(Spec, RefusesARunOfManyDays) {
  json document = json::parse(kGood);
  document["endpoints"][0]["steps"][0]["duration_us"] = 60'000'000;
  EXPECT_EQ(complaint_about(document.dump()), "no complaint");  // two hours
  document["endpoints"][0]["weight"] = 100;
  EXPECT_EQ(complaint_about(document.dump()),
            "s.json: rounds: expected so few requests that their durations sum to at most one day, "
            "found 40");
}

TEST(Spec, SaysWhereTheTextIsNotJson) {
  EXPECT_EQ(complaint_about(""),
            "s.json: line 1, column 1: expected JSON; the text does not parse");
  EXPECT_EQ(complaint_about("{\n  \"name\": shop\n}"),
            "s.json: line 2, column 11: expected JSON; the text does not parse");
  EXPECT_EQ(complaint_about("{\"rounds\": 1e999}"),
            "s.json: expected JSON; a number in it is too large");
  EXPECT_EQ(complaint_about("[]"), "s.json: expected an object, found an empty array");
}

TEST(Spec, RefusesAKeyThatStandsTwice) {
  EXPECT_EQ(complaint_about(R"({"name": "a", "rounds": 1, "rounds": 2})"),
            "s.json: key \"rounds\" stands twice in one object; remove one");
}

TEST(Spec, ALongValueIsShownInShort) {
  json document = json::parse(kGood);
  document["name"] = std::string(100'000, 'x');
  EXPECT_LT(complaint_about(document.dump()).size(), 200U);
}

TEST(Spec, RefusesSpansNestedTooDeep) {
  json steps = {{{"category", "cpu"}, {"iterations", 1}, {"function", "parse_rows"}}};
  for (int depth = 0; depth < 8; ++depth) steps = {{{"span", "s"}, {"steps", steps}}};
  json document = json::parse(kGood);
  document["endpoints"][0]["steps"] = steps;
  EXPECT_NE(complaint_about(document.dump()).find("expected spans nested at most 8 deep"),
            std::string::npos);
  document["endpoints"][0]["steps"] = steps[0]["steps"];
  EXPECT_EQ(complaint_about(document.dump()), "no complaint");
}

TEST(Spec, RefusesMoreStepsThanARecordCanNumber) {
  json document = json::parse(kGood);
  const json segment = document["endpoints"][1]["steps"][0];
  const json span = {{"span", "s"}, {"steps", json::array({segment})}};
  json steps = json::array();
  for (int i = 0; i < 128; ++i) steps.push_back(span);  // 256 numbers
  document["endpoints"][1]["steps"] = steps;
  EXPECT_NE(complaint_about(document.dump()).find("expected at most 255 steps in one endpoint"),
            std::string::npos);
  document["endpoints"][1]["steps"].erase(127);
  EXPECT_EQ(complaint_about(document.dump()), "no complaint");
}

TEST(Spec, AFileThatIsMissingOrTooLargeIsNamed) {
  const TemporaryDirectory directory;
  const std::filesystem::path file = directory.path() / "huge.json";
  EXPECT_THROW(read_spec(file), io::InputError);
  std::ofstream(file) << std::string(2 << 20, ' ');
  try {
    read_spec(file);
    FAIL() << "two megabytes were accepted";
  } catch (const io::InputError& error) {
    EXPECT_EQ(error.what(),
              file.string() + ": expected a scenario of at most 1 MiB, found 2097152 bytes");
  }
}

}  // namespace
}  // namespace plumbline::workloads

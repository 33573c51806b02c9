// The readers of OTLP profiles: both forms say the same.
#include "analysis/formats/otlp.h"

#include <gtest/gtest.h>

#include <string>

#include "analysis/formats/read_profile.h"
#include "analysis/io/error.h"
#include "tests/analysis/profile_builders.h"
#include "tests/analysis/sound_profile.h"

namespace plumbline::formats {
namespace {

using test::otlp_file;
using test::WireWriter;

StackProfile read(const std::string& bytes, const char* name = "x.otlp") {
  StackProfile profile = read_profile_bytes({bytes, name}, name);
  EXPECT_TRUE(test::is_sound(profile));
  return profile;
}

std::string folded(const StackProfile& profile, std::size_t sample) {
  return folded_stack(profile, profile.samples[sample].stack);
}

std::string label(const StackProfile& profile, std::size_t sample, std::string_view key) {
  for (const Label& found : profile.labels_of(profile.samples[sample])) {
    if (profile.name(found.key) == key) return std::string(profile.name(found.text));
  }
  return "(none)";
}

TEST(Otlp, StacksLabelsAndLinks) {
  const StackProfile profile = read(otlp_file({{.type = "cpu",
                                                .unit = "nanoseconds",
                                                .duration_ns = 2'000'000'000,
                                                .samples = {{.stack = "main;@libx.so;work",
                                                             .values = {3, 4},
                                                             .attributes = {{"thread.name", "a"}},
                                                             .trace_id = std::string(16, '\x0A'),
                                                             .span_id = std::string(8, '\xFF')}},
                                                .resource = {{"service.name", "shop"}}}}));
  ASSERT_EQ(profile.samples.size(), 1u);
  EXPECT_EQ(folded(profile, 0), "main;libx.so;work");  // unlike pprof: the binary's name
  EXPECT_EQ(profile.value(0, 0), 7);
  EXPECT_EQ(profile.sample_types[0].duration_s, 2.0);
  EXPECT_EQ(label(profile, 0, "thread.name"), "a");
  EXPECT_EQ(label(profile, 0, "service.name"), "shop");
  EXPECT_EQ(label(profile, 0, "trace id"), "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a");
  EXPECT_EQ(label(profile, 0, "span id"), "ffffffffffffffff");
}

TEST(Otlp, EachTimeIsASampleAndCountsWhenThereAreNoValues) {
  const StackProfile profile =
      read(otlp_file({{.samples = {{.stack = "main", .times_ns = {5, 6, 7}},
                                   {.stack = "main", .values = {10, 20}, .times_ns = {8, 9}}}}}));
  ASSERT_EQ(profile.samples.size(), 5u);
  EXPECT_EQ(profile.name(profile.sample_types[0].type), "samples");
  EXPECT_EQ(profile.value(2, 0), 1);
  EXPECT_EQ(profile.samples[2].timestamp_ns, 7);
  EXPECT_EQ(profile.value(4, 0), 20);
  EXPECT_EQ(profile.samples[4].timestamp_ns, 9);
}

// Fault: the longest duration for all. Seen in: readers that keep the maximum of several profiles
// of a type. Pass: values / duration is the sum of the rates: 100/1 s + 100/4 s = 125 a second.
TEST(Otlp, ProfilesOfOneTypeKeepTheSumOfTheirRates) {
  const StackProfile profile =
      read(otlp_file({{.type = "cpu", .duration_ns = 1'000'000'000, .samples = {{"a", {100}}}},
                      {.type = "cpu", .duration_ns = 4'000'000'000, .samples = {{"b", {100}}}},
                      {.type = "heap", .samples = {{"c", {1}}}}}));
  ASSERT_EQ(profile.sample_types.size(), 2u);
  EXPECT_DOUBLE_EQ(200 / profile.sample_types[0].duration_s, 125);
  EXPECT_EQ(profile.sample_types[1].duration_s, 0);
  EXPECT_EQ(profile.sample_types[0].samples, 2u);
  EXPECT_EQ(profile.value(2, 0), 0);
  EXPECT_EQ(profile.value(2, 1), 1);
}

TEST(Otlp, JsonSaysTheSame) {
  const std::string json = R"({"resourceProfiles":[{"resource":{"attributes":[
      {"key":"service.name","value":{"stringValue":"shop"}},
      {"key":"process.pid","value":{"intValue":"77"}}]},
    "scopeProfiles":[{"profiles":[{"sampleType":{"typeStrindex":1,"unitStrindex":2},
      "durationNano":"3000000000","timeUnixNano":"5","samples":[
        {"stackIndex":1,"linkIndex":1,"values":["9"],"attributeIndices":[1]}]}]}]}],
    "dictionary":{"stringTable":["","cpu","nanoseconds","main","work","thread.name","pool"],
      "mappingTable":[{}],"functionTable":[{},{"nameStrindex":3},{"nameStrindex":4}],
      "locationTable":[{},{"lines":[{"functionIndex":1}]},{"lines":[{"functionIndex":2}]}],
      "stackTable":[{},{"locationIndices":[2,1]}],
      "linkTable":[{},{"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174"}],
      "attributeTable":[{},{"keyStrindex":5,"value":{"stringValue":"pool"}}]}})";
  for (const char* name : {"x.otlp.json", "profile"}) {
    const StackProfile profile = read(json, name);
    EXPECT_EQ(profile.format, Format::kOtlpJson);
    ASSERT_EQ(profile.samples.size(), 1u);
    EXPECT_EQ(folded(profile, 0), "main;work");
    EXPECT_EQ(profile.value(0, 0), 9);
    EXPECT_EQ(profile.sample_types[0].duration_s, 3.0);
    EXPECT_EQ(profile.samples[0].pid, 77);
    EXPECT_EQ(label(profile, 0, "thread.name"), "pool");
    EXPECT_EQ(label(profile, 0, "span id"), "eee19b7ec3c1b174");
  }
}

TEST(Otlp, NameOrContentTellsItFromPprof) {
  const std::string otlp = otlp_file({{.type = "cpu", .samples = {{"main;work", {5}}}}});
  EXPECT_EQ(read(otlp, "profile.pb").format, Format::kOtlp);
  EXPECT_EQ(read(otlp, "X.OTLP.PB").format, Format::kOtlp);
  test::PprofBuilder pprof;
  pprof.type("cpu").sample("main", {1});
  EXPECT_EQ(read(pprof.bytes(), "profile.pb").format, Format::kPprof);
}

// Fault: a file that holds no profile passes as one without samples. Seen in: this reader, found by
// its fuzzer. Pass: it is refused, in either form.
TEST(Otlp, WithoutAProfileIsRefused) {
  for (const char* text : {R"({"resourceProfiles": []})", R"({"dictionary": {}})"}) {
    EXPECT_THROW(read_profile_bytes({text, "x.json"}, "x.json"), io::InputError) << text;
  }
  WireWriter resource;
  resource.bytes(1, "");
  EXPECT_THROW(read_otlp({resource.text(), "x.otlp"}), io::InputError);
}

TEST(Otlp, IndicesOutsideTheirTablesAreRefused) {
  const auto refused = [](const WireWriter& sample) {
    WireWriter profile;
    profile.bytes(1, "").bytes(2, sample.text());
    WireWriter scope, resource, file;
    scope.bytes(2, profile.text());
    resource.bytes(2, scope.text());
    file.bytes(1, resource.text());
    try {
      read_otlp({file.text(), "x.otlp"});
    } catch (const io::InputError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(refused(WireWriter().packed(4, {1})), "");
  EXPECT_NE(refused(WireWriter().varint(1, 1)).find("stack table"), std::string::npos);
  EXPECT_NE(refused(WireWriter().varint(3, 1)).find("link table"), std::string::npos);
  EXPECT_NE(refused(WireWriter().packed(2, {-1})).find("attribute table"), std::string::npos);
}

}  // namespace
}  // namespace plumbline::formats

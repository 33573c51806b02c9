// Exports of one recording with known content: hostile names, labels, links, slices.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/exports/export_text.h"
#include "analysis/recording/reader.h"
#include "tests/analysis/exported.h"
#include "tests/analysis/recording_builder.h"

namespace plumbline::exports {
namespace {

using analysis::kTimeColumns;
using nlohmann::json;
using test::Exported;
using test::nanoseconds;
using test::read_back;
using test::read_packed;

constexpr const char* kHostile = "a;b\"c\\d\x1b]0;t\x07\n<script>\xff\xe2\x80\xae # 7";

analysis::Recording hostile_recording() {
  test::RecordingBuilder builder;
  builder.name(1, kHostile).name(2, "</script><script>alert(1)</script>");
  builder.module({.load_bias = 0x10000,
                  .begin = 0x10000,
                  .end = 0x20000,
                  .path = "/gone/#x;y\x1b<script>\"\xff",
                  .build_id = "id"});
  builder.thread(1, 77).thread_start({.wall = 0}, "t\x1b[\";<\xff");
  builder.span_start({.id = 7, .root = 7, .start = 1000, .name = 1});
  builder.scope({.wall = 1000, .cpu = 1000}, 7);
  builder.sample({.wall = 1500, .cpu = 1500, .period = 500, .span = 7, .frames = {0x10010}});
  builder.span_start({.id = 8, .root = 7, .parent = 7, .start = 2000, .name = 2});
  builder.scope({.wall = 2000, .cpu = 2000}, 8);
  builder.wait({.begin = {.wall = 3000, .cpu = 2500},
                .end = {.wall = 9000, .cpu = 2600, .switches = 1},
                .span = 8,
                .category = format::Category::kLock,
                .frames = {0x10021, 0x10091}});
  builder.scope({.wall = 9500, .cpu = 3000, .switches = 1}, 0);
  builder.span_end(8, 9500).span_end(7, 9600);
  builder.thread_end({.wall = 10'000, .cpu = 3'500, .switches = 1});
  return analysis::read_recording(builder.bytes(), "hostile.plumb");
}

struct TextFile {
  std::string name, text;
};

std::vector<TextFile> text_files(const Selection& selection) {
  const auto text = [](auto write) { return Exported::text(write); };
  return {{"folded", text([&](const Sink& sink) { export_folded(selection, kTimeColumns, sink); })},
          {"speedscope", text([&](const Sink& sink) { export_speedscope(selection, sink); })},
          {"otlp-spans", text([&](const Sink& sink) { export_otlp_spans(selection, sink); })},
          {"chrome", text([&](const Sink& sink) { export_chrome(selection, sink); })}};
}

// Fault: names end a line, a string or a script, or are no UTF-8. Pass: every file is read, no
// control byte and no tag is in one.
TEST(Exports, HostileNamesAreWrittenOut) {
  Exported exported(hostile_recording());
  const Selection selection = exported.whole();
  for (const TextFile& file : text_files(selection)) {
    for (const char character : file.text) {
      const auto byte = static_cast<unsigned char>(character);
      ASSERT_TRUE((byte >= 0x20 && byte < 0x7f) || byte == '\n') << file.name << " " << int{byte};
    }
    if (file.name == "folded") continue;
    EXPECT_EQ(file.text.find("script>"), std::string::npos) << file.name;
    EXPECT_NO_THROW({ const json document = json::parse(file.text); }) << file.name;
  }
  const json chrome = json::parse(text_files(selection)[3].text);
  std::vector<std::string> names;
  for (const json& event : chrome["traceEvents"]) names.push_back(event["name"]);
  EXPECT_TRUE(
      std::count(names.begin(), names.end(), "a;b\"c\\d\\x1b]0;t\\x07\\n<script>\\xff\\u202e # 7"))
      << chrome.dump(1);
  EXPECT_TRUE(std::count(names.begin(), names.end(), "</script><script>alert(1)</script>"));
}

// Fault: a semicolon or a number sign in a name makes frames or a comment of it. Pass: as many
// frames as the stack has, and all lines count.
TEST(Exports, FoldedFramesStayWhole) {
  Exported exported(hostile_recording());
  const std::string text = Exported::text(
      [&](const Sink& sink) { export_folded(exported.whole(), kTimeColumns, sink); });
  const formats::StackProfile profile = read_back(text, "x.folded");
  std::size_t deepest = 0;
  for (const formats::Sample& sample : profile.samples) {
    const auto stack = profile.stack(sample.stack);
    deepest = std::max(deepest, stack.size());
    for (const formats::Index frame : stack) {
      EXPECT_FALSE(profile.name(profile.frames[frame].function).empty());
    }
  }
  EXPECT_EQ(deepest, 2u) << text;
  EXPECT_EQ(folded_name("#x;y"), "\\x23x\\x3by");
  EXPECT_EQ(folded_name(""), "[no name]");
}

std::map<std::string, std::string> labels_of(const formats::StackProfile& profile,
                                             const formats::Sample& sample) {
  std::map<std::string, std::string> labels;
  for (const formats::Label& label : profile.labels_of(sample)) {
    labels[std::string(profile.name(label.key))] =
        label.numeric ? "#" + std::to_string(label.number) : std::string(profile.name(label.text));
  }
  return labels;
}

std::map<std::string, std::string> lock_labels(const formats::StackProfile& profile) {
  const std::size_t type = find_sample_type(profile, "lock-acquire-wait").value();
  for (std::size_t i = 0; i < profile.samples.size(); ++i) {
    if (profile.value(i, type) != 0) return labels_of(profile, profile.samples[i]);
  }
  return {};
}

TEST(Exports, PprofLabelsAreThoseOfEachFlavor) {
  Exported exported(hostile_recording());
  const auto profile_of = [&](PprofLabels labels) {
    return read_packed(
        Exported::text([&](const Sink& sink) { export_pprof(exported.whole(), labels, sink); }));
  };
  const std::string endpoint = "a;b\"c\\d\\x1b]0;t\\x07\\n<script>\\xff\\u202e # 7";
  const auto own = lock_labels(profile_of(PprofLabels::kOwn));
  EXPECT_EQ(own.at("span_id"), "0000000000000008");
  EXPECT_EQ(own.at("local_root_span_id"), "0000000000000007");
  EXPECT_EQ(own.at("span_name"), "</script><script>alert(1)</script>");
  EXPECT_EQ(own.at("trace endpoint"), endpoint);
  EXPECT_EQ(own.at("thread id"), "#77");
  EXPECT_EQ(own.at("category"), "lock");
  const auto datadog = lock_labels(profile_of(PprofLabels::kDatadog));
  EXPECT_EQ(datadog.at("span id"), "#8");
  EXPECT_EQ(datadog.at("local root span id"), "#7");
  EXPECT_EQ(datadog.at("trace endpoint"), endpoint);
  EXPECT_EQ(datadog.count("span_id"), 0u);
  EXPECT_EQ(profile_of(PprofLabels::kOwn).default_type, 1u) << "wall-time";
}

TEST(Exports, OtlpProfilesLinkToSpans) {
  Exported exported(hostile_recording());
  const formats::StackProfile profile = read_back(
      Exported::text([&](const Sink& sink) { export_otlp_profiles(exported.whole(), sink); }),
      "x.otlp.pb");
  bool found = false;
  for (const formats::Sample& sample : profile.samples) {
    const auto labels = labels_of(profile, sample);
    if (labels.at("profile.wait.category") != "lock") continue;
    found = true;
    EXPECT_EQ(labels.at("span id"), "0000000000000008");
    EXPECT_EQ(labels.at("plumbline.local_root_span_id"), "0000000000000007");
  }
  EXPECT_TRUE(found);
}

TEST(Exports, ChromeShowsSpansAndWaitsWhereTheyWere) {
  Exported exported(hostile_recording());
  const json document =
      json::parse(Exported::text([&](const Sink& sink) { export_chrome(exported.whole(), sink); }));
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> by_category;
  for (const json& event : document["traceEvents"]) {
    if (event["ph"] != "X" || event["cat"] == "no_span") continue;
    std::string category = event["cat"];
    if (category == "span") category = event["args"]["span_id"];
    by_category[category] = {nanoseconds(event["ts"]), nanoseconds(event["dur"])};
  }
  EXPECT_EQ(by_category["0000000000000007"], (std::pair<std::int64_t, std::int64_t>{1000, 8500}));
  EXPECT_EQ(by_category["0000000000000008"], (std::pair<std::int64_t, std::int64_t>{2000, 7500}));
  EXPECT_EQ(by_category["lock"], (std::pair<std::int64_t, std::int64_t>{3000, 6000}));
}

}  // namespace
}  // namespace plumbline::exports

// The reader of pprof: stacks, labels and header as google/pprof's own reader has them.
#include "analysis/formats/pprof.h"

#include <gtest/gtest.h>

#include <string>

#include "analysis/formats/read_profile.h"
#include "analysis/io/error.h"
#include "tests/analysis/profile_builders.h"
#include "tests/analysis/sound_profile.h"

namespace plumbline::formats {
namespace {

using test::PprofBuilder;
using test::WireWriter;

StackProfile read(const std::string& bytes) {
  StackProfile profile = read_profile_bytes({bytes, "test.pprof"}, "test.pprof");
  EXPECT_TRUE(test::is_sound(profile));
  return profile;
}

std::string folded(const StackProfile& profile, std::size_t sample) {
  return folded_stack(profile, profile.samples[sample].stack);
}

std::string refusal(const std::string& bytes) {
  try {
    read_pprof({bytes, "test.pprof"});
  } catch (const io::InputError& error) {
    return error.what();
  }
  return "";
}

PprofBuilder one_sample() {
  PprofBuilder builder;
  builder.type("cpu").sample("main;work", {10});
  return builder;
}

TEST(Pprof, StacksAreRootFirstAndEqualOnesAreOne) {
  PprofBuilder builder;
  builder.type("samples", "count").type("cpu");
  builder.sample("main;work", {1, 10}).sample("main;rest", {2, 20}).sample("main;work", {3, 30});
  const StackProfile profile = read(builder.bytes());
  EXPECT_EQ(profile.format, Format::kPprof);
  ASSERT_EQ(profile.samples.size(), 3u);
  EXPECT_EQ(folded(profile, 0), "main;work");
  EXPECT_EQ(folded(profile, 1), "main;rest");
  EXPECT_EQ(profile.samples[0].stack, profile.samples[2].stack);
  EXPECT_EQ(profile.value(2, 0), 3);
  EXPECT_EQ(profile.value(2, 1), 30);
  EXPECT_EQ(profile.name(profile.sample_types[0].unit), "count");
  EXPECT_EQ(find_sample_type(profile, "cpu"), 1u);
  EXPECT_EQ(find_sample_type(profile, "wall"), std::nullopt);
}

// Fault: the frames of one location in the file's order. Seen in: readers that reverse locations
// only. Pass: the function that the others are inlined into comes first.
TEST(Pprof, InlinedFramesComeBehindTheFunctionThatHoldsThem) {
  PprofBuilder builder;
  builder.type("cpu").sample("main;foo>bar>baz", {1});
  const StackProfile profile = read(builder.bytes());
  EXPECT_EQ(folded(profile, 0), "main;foo;bar;baz");
  const auto stack = profile.stack(profile.samples[0].stack);
  EXPECT_FALSE(profile.frames[stack[1]].inlined);
  EXPECT_TRUE(profile.frames[stack[2]].inlined);
  EXPECT_TRUE(profile.frames[stack[3]].inlined);
  EXPECT_EQ(profile.name(profile.frames[stack[1]].file), "foo.cc");
  EXPECT_EQ(profile.frames[stack[1]].line, 7u);
}

TEST(Pprof, LocationWithoutLineHasItsBinaryButNoNameAndIsNotInTheText) {
  PprofBuilder builder;
  builder.type("cpu").sample("main;@libx.so;leaf", {1});
  const StackProfile profile = read(builder.bytes());
  EXPECT_EQ(folded(profile, 0), "main;leaf");
  const auto stack = profile.stack(profile.samples[0].stack);
  ASSERT_EQ(stack.size(), 3u);
  EXPECT_FALSE(profile.frames[stack[1]].named);
  EXPECT_EQ(profile.name(profile.frames[stack[1]].mapping), "libx.so");
}

TEST(Pprof, LabelsKeepTheirKindAndNameThreadProcessAndTime) {
  PprofBuilder builder;
  builder.type("cpu").sample("main", {1},
                             {.text = {{"thread name", "pool"}, {"process_id", "12"}},
                              .numbers = {{"thread id", 13}, {"end_timestamp_ns", 99}, {"x", 0}}});
  const StackProfile profile = read(builder.bytes());
  const Sample& sample = profile.samples[0];
  const auto labels = profile.labels_of(sample);
  ASSERT_EQ(labels.size(), 4u);  // a number of 0 without unit is no label in pprof
  EXPECT_FALSE(labels[0].numeric);
  EXPECT_EQ(profile.name(labels[0].text), "pool");
  EXPECT_TRUE(labels[2].numeric);
  EXPECT_EQ(labels[2].number, 13);
  EXPECT_EQ(sample.pid, 12);
  EXPECT_EQ(sample.tid, 13);
  EXPECT_EQ(sample.timestamp_ns, 99);
}

TEST(Pprof, HeaderIsRead) {
  PprofBuilder builder = one_sample();
  builder.duration_ns(2'500'000'000).start_ns(77).type("wall").default_type("wall");
  PprofBuilder other;
  other.type("cpu").type("wall").default_type("wall").duration_ns(2'500'000'000).start_ns(77);
  other.sample("main", {1, 0});
  const StackProfile profile = read(other.bytes());
  EXPECT_EQ(profile.duration_ns, 2'500'000'000);
  EXPECT_EQ(profile.sample_types[1].duration_s, 2.5);
  EXPECT_EQ(profile.start_ns, 77);
  EXPECT_EQ(profile.default_type, 1u);
  EXPECT_FALSE(refusal(builder.bytes()).empty());  // two types, samples of one value
}

TEST(Pprof, NegativeDurationIsNone) {
  const StackProfile profile = read(one_sample().duration_ns(-5).bytes());
  EXPECT_EQ(profile.sample_types[0].duration_s, 0);
}

TEST(Pprof, NumbersMayComeOneByOneInsteadOfPacked) {
  const std::string sample = WireWriter().varint(1, 1).varint(2, 5).text();
  const std::string location =
      WireWriter().varint(1, 1).bytes(4, WireWriter().varint(1, 1).text()).text();
  WireWriter file;
  file.bytes(2, sample).bytes(4, location);
  file.bytes(5, WireWriter().varint(1, 1).varint(2, 1).text());
  file.bytes(6, "").bytes(6, "main").bytes(1, WireWriter().varint(1, 1).text());
  const StackProfile profile = read(file.text());
  EXPECT_EQ(folded(profile, 0), "main");
  EXPECT_EQ(profile.value(0, 0), 5);
}

TEST(Pprof, SamplesOfZeroAreThereButDoNotCount) {
  PprofBuilder builder;
  builder.type("cpu").sample("main", {0}).sample("main", {4});
  const StackProfile profile = read(builder.bytes());
  EXPECT_EQ(profile.samples.size(), 2u);
  EXPECT_EQ(profile.sample_types[0].samples, 1u);
}

TEST(Pprof, DamageIsRefusedWithFileAndOffset) {
  const std::string good = one_sample().bytes();
  const std::string cut = refusal(good.substr(0, good.size() - 1));
  EXPECT_NE(cut.find("test.pprof: at byte "), std::string::npos) << cut;

  const auto with = [&](std::uint32_t field, const WireWriter& message) {
    return refusal(good + WireWriter().bytes(field, message.text()).text());
  };
  EXPECT_NE(with(2, WireWriter().varint(1, 99).varint(2, 1)).find("no location has id 99"),
            std::string::npos);
  EXPECT_NE(with(2, WireWriter().varint(1, 1)).find("0 values"), std::string::npos);
  EXPECT_NE(with(2, WireWriter().packed(2, {1, 2})).find("2 values"), std::string::npos);
  EXPECT_NE(with(4, WireWriter().varint(1, 1)).find("id 1 stands twice"), std::string::npos);
  EXPECT_NE(with(4, WireWriter().varint(3, 1)).find("an id of 0"), std::string::npos);
  EXPECT_NE(with(5, WireWriter().varint(1, 50).varint(2, 99)).find("string 99 of"),
            std::string::npos);
  EXPECT_NE(with(4, WireWriter().varint(1, 9).varint(2, 8)).find("no mapping has id 8"),
            std::string::npos);
  EXPECT_NE(refusal(good + "\x48" + std::string(10, '\xFF') + "\x01").find("more than 64 bits"),
            std::string::npos);
  EXPECT_FALSE(refusal("").empty());
  EXPECT_FALSE(
      refusal(one_sample().start_ns(5).bytes() + one_sample().start_ns(5).bytes()).empty());
}

}  // namespace
}  // namespace plumbline::formats

// The reader on files that are cut, damaged, or written by a program gone mad.
#include <gtest/gtest.h>

#include <string>

#include "analysis/io/error.h"
#include "analysis/recording/reader.h"
#include "tests/analysis/recording_builder.h"

namespace plumbline::analysis {
namespace {

using format::Category;
using test::RecordingBuilder;

std::string error_of(Bytes bytes) {
  try {
    read_recording(bytes, "test.plumb");
  } catch (const io::InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(ReaderFaults, NamesWhatIsNotARecording) {
  EXPECT_EQ(error_of({}), "test.plumb: is empty: nothing was recorded");
  const std::string text = "#!/bin/sh\necho this is something else entirely, and long enough\n";
  EXPECT_EQ(
      error_of(std::as_bytes(std::span(text))),
      "test.plumb: at byte 0: not a recording of Plumbline; make one with `plumbline record`");
}

TEST(ReaderFaults, NamesAMissingFile) {
  try {
    read_recording("/nonexistent/x.plumb");
    FAIL();
  } catch (const io::InputError& error) {
    EXPECT_STREQ(error.what(), "/nonexistent/x.plumb: cannot open: No such file or directory");
  }
}

TEST(ReaderFaults, NamesAnotherVersion) {
  RecordingBuilder builder;
  std::vector<std::byte> bytes = builder.two_spans().bytes();
  bytes[8] = std::byte{3};
  EXPECT_EQ(error_of(bytes),
            "test.plumb: at byte 8: format version 3; this program reads version 2");
}

TEST(ReaderFaults, AFileWithoutAWholeBlockIsUnusable) {
  RecordingBuilder builder;
  const std::vector<std::byte> only_header = builder.bytes();
  EXPECT_EQ(error_of(only_header), "test.plumb: at byte 64: no whole block: nothing follows");
}

TEST(ReaderFaults, ABlockOutOfSequenceIsDamage) {
  RecordingBuilder builder;
  const std::vector<std::byte> bytes = builder.two_spans().bytes();
  // The first block removed: what follows is whole, but not what was recorded.
  std::vector<std::byte> cut(bytes.begin(), bytes.begin() + sizeof(format::FileHeader));
  cut.insert(cut.end(), bytes.begin() + static_cast<std::ptrdiff_t>(builder.block_ends()[0]),
             bytes.end());
  EXPECT_EQ(error_of(cut), "test.plumb: at byte 64: no whole block: block 1 where block 0 belongs");
}

// Fault: the program was killed, or the disk was full: the file ends anywhere.
// Pass: no crash; every byte is either in a whole block that was read or reported as dropped.
TEST(ReaderFaults, EveryPrefixIsReadUpToItsLastWholeBlock) {
  RecordingBuilder builder;
  builder.two_spans()
      .thread(2, 200)
      .thread_start({.wall = 5})
      .wait({.begin = {.wall = 6}, .end = {.wall = 9}, .span = 7, .frames = {1, 2, 3}});
  const std::vector<std::byte> bytes = builder.bytes();
  const std::vector<std::size_t>& ends = builder.block_ends();
  ASSERT_EQ(ends.size(), 3u);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const Bytes prefix = Bytes(bytes).first(length);
    if (length < ends[0]) {
      EXPECT_NE(error_of(prefix), "no error") << length;
      continue;
    }
    const Recording recording = read_recording(prefix, "test.plumb");
    const ReadReport& report = recording.report;
    std::size_t whole = 0;
    while (whole < ends.size() && ends[whole] <= length) ++whole;
    ASSERT_EQ(report.blocks, whole) << length;
    ASSERT_EQ(report.read_bytes, ends[whole - 1]) << length;
    ASSERT_EQ(report.read_bytes + report.dropped_bytes, length);
    ASSERT_EQ(report.file_bytes, length);
    ASSERT_EQ(report.intact, ends[whole - 1] == length) << length;
    ASSERT_EQ(report.damage.empty(), report.intact);
    if (!report.intact) {
      ASSERT_TRUE(report.damage.starts_with("at byte " + std::to_string(ends[whole - 1]) + ": "))
          << report.damage;
    }
  }
}

// Fault: one bit of the file flips on its way.
// Pass: it is always noticed: the checksums cover every byte from the magic on.
TEST(ReaderFaults, EveryFlippedBitIsNoticed) {
  RecordingBuilder builder;
  std::vector<std::byte> bytes = builder.two_spans().bytes();
  const std::vector<std::size_t>& ends = builder.block_ends();
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    const std::byte mask{static_cast<unsigned char>(1u << (bit % 8))};
    bytes[bit / 8] ^= mask;
    if (bit / 8 < ends[0]) {
      ASSERT_NE(error_of(bytes), "no error") << "bit " << bit;
    } else {
      const Recording recording = read_recording(bytes, "test.plumb");
      ASSERT_FALSE(recording.report.intact) << "bit " << bit;
      ASSERT_EQ(recording.report.read_bytes, ends[0]) << "bit " << bit;
      ASSERT_EQ(recording.report.dropped_bytes, bytes.size() - ends[0]) << "bit " << bit;
    }
    bytes[bit / 8] ^= mask;
  }
}

// What a checksum cannot exclude: a block as written, by a writer gone mad.
class MalformedRecord : public testing::Test {
 protected:
  // Expects that of the records written so far exactly one is refused.
  void expect_one_rejected() {
    const Recording recording = read_recording(builder_.bytes(), "test.plumb");
    EXPECT_EQ(recording.report.rejected_records, 1u);
    EXPECT_GT(recording.report.rejected_bytes, 0u);
    EXPECT_TRUE(recording.report.intact);
  }
  RecordingBuilder builder_;
};

TEST_F(MalformedRecord, SizeBelowTheHeader) {
  format::Name name{};
  name.header.size_bytes = 4;
  builder_.record(format::RecordType::kName, name);
  expect_one_rejected();
}

TEST_F(MalformedRecord, SizeNotAMultipleOfEight) {
  format::Name name{};
  name.header.size_bytes = 12;
  builder_.record(format::RecordType::kName, name);
  expect_one_rejected();
}

TEST_F(MalformedRecord, SizePastTheEndOfTheBlock) {
  format::Name name{};
  name.header.size_bytes = 0xFFFFFFF8;
  builder_.record(format::RecordType::kName, name).setting("not", "reached");
  const Recording recording = read_recording(builder_.bytes(), "test.plumb");
  EXPECT_EQ(recording.report.rejected_bytes, 48u);  // both records: the second cannot be found
  EXPECT_TRUE(recording.settings.empty());
}

TEST_F(MalformedRecord, TooShortForItsType) {
  format::Name name{};
  builder_.thread(1, 1).record(format::RecordType::kWait, name);
  expect_one_rejected();
}

TEST_F(MalformedRecord, TextLongerThanTheRecord) {
  format::Name name{};
  name.length_bytes = 0xFFFFFFFF;
  builder_.record(format::RecordType::kName, name, "short");
  expect_one_rejected();
}

TEST_F(MalformedRecord, TextOneByteLongerThanTheRecord) {
  format::Name name{};
  name.length_bytes = 9;
  builder_.record(format::RecordType::kName, name, "8 bytes.");
  expect_one_rejected();
}

TEST_F(MalformedRecord, TwoTextsLongerThanTheRecord) {
  format::Setting setting{};
  setting.key_bytes = 3;
  setting.value_bytes = 0xFFFFFFFF;
  builder_.record(format::RecordType::kSetting, setting, "key");
  expect_one_rejected();
}

TEST_F(MalformedRecord, MoreFramesThanThereAre) {
  format::Sample sample{};
  sample.frame_count = 500;
  builder_.thread(1, 1).record(format::RecordType::kSample, sample, "12345678");
  expect_one_rejected();
}

TEST_F(MalformedRecord, MoreFramesThanAllowed) {
  const std::string frames((format::kMaxFrames + 1) * 8, 'x');
  format::Sample sample{};
  sample.frame_count = format::kMaxFrames + 1;
  builder_.thread(1, 1).record(format::RecordType::kSample, sample, frames);
  expect_one_rejected();
}

TEST_F(MalformedRecord, AWaitThatEndsBeforeItBegins) {
  builder_.thread(1, 1).wait({.begin = {.wall = 5}, .end = {.wall = 4}});
  expect_one_rejected();
}

TEST_F(MalformedRecord, AWaitInACategoryThatNobodyWaitsIn) {
  builder_.thread(1, 1).wait({.begin = {1}, .end = {2}, .category = Category::kCpu});
  expect_one_rejected();
}

TEST_F(MalformedRecord, AnAbsurdTime) {
  builder_.thread(1, 1).thread_start({.wall = std::int64_t{1} << 62});
  expect_one_rejected();
}

TEST_F(MalformedRecord, ANegativeTime) {
  builder_.thread(1, 1).scope({.wall = 5, .cpu = -1}, 1);
  expect_one_rejected();
}

TEST_F(MalformedRecord, AThreadsRecordInABlockOfTheProcess) {
  builder_.process().thread_start({.wall = 5});
  expect_one_rejected();
}

TEST_F(MalformedRecord, ATotalBelowZero) {
  builder_.counter("samples.recorded", -1);
  expect_one_rejected();
}

TEST_F(MalformedRecord, ASpanWithoutAnId) {
  builder_.thread(1, 1).span_start({.id = 0, .root = 0});
  expect_one_rejected();
}

}  // namespace
}  // namespace plumbline::analysis

// The reader on compressed blocks: sound ones, and those of a file that was made to harm.
#include <gtest/gtest.h>

#include <string>

#include "analysis/recording/reader.h"
#include "tests/analysis/recording_builder.h"

namespace plumbline::analysis {
namespace {

using test::compressed;
using test::RecordingBuilder;

constexpr std::size_t kFirstBlock = sizeof(format::FileHeader);

// A whole block, so that the file is readable, and a setting's record as a block's payload.
class CompressedBlocks : public testing::Test {
 protected:
  CompressedBlocks() {
    RecordingBuilder other;
    other.setting("key", std::string(300, 'x'));
    const auto& bytes = other.bytes();
    constexpr auto kBefore = kFirstBlock + sizeof(format::BlockHeader);
    records_.assign(bytes.begin() + kBefore, bytes.end());
    builder_.name(1, "first block").thread(1, 1);
  }

  // Reads the file, of which the second block must be refused; gives the reason.
  std::string damage() {
    const Recording recording = read_recording(builder_.bytes(), "test.plumb");
    EXPECT_FALSE(recording.report.intact);
    EXPECT_EQ(recording.report.blocks, 1u);
    EXPECT_EQ(recording.report.read_bytes, builder_.block_ends()[0]);
    const std::string at = "at byte " + std::to_string(builder_.block_ends()[0]) + ": ";
    EXPECT_TRUE(recording.report.damage.starts_with(at)) << recording.report.damage;
    return recording.report.damage.substr(at.size());
  }

  std::uint32_t records_bytes() const { return static_cast<std::uint32_t>(records_.size()); }

  RecordingBuilder builder_;
  std::vector<std::byte> records_;
};

TEST_F(CompressedBlocks, ReadAsWhatWasCompressed) {
  RecordingBuilder plain, packed;
  const Recording before = read_recording(plain.two_spans().bytes(), "test.plumb");
  const Recording after = read_recording(packed.compress().two_spans().bytes(), "test.plumb");
  EXPECT_TRUE(after.report.intact);
  EXPECT_EQ(after.report.records, before.report.records);
  EXPECT_EQ(after.report.blocks, before.report.blocks);
  EXPECT_EQ(after.spans.start_ns, before.spans.start_ns);
  EXPECT_EQ(after.names, before.names);
  ASSERT_EQ(after.events[0].size(), before.events[0].size());
  EXPECT_EQ(after.report.uncompressed_bytes, plain.bytes().size());
  EXPECT_EQ(before.report.uncompressed_bytes, plain.bytes().size());
  EXPECT_LT(packed.bytes().size(), plain.bytes().size());
}

TEST_F(CompressedBlocks, StandBesideBlocksStoredAsTheyAre) {
  builder_.stored_block(compressed(records_), records_bytes()).stored_block(records_, 0);
  const Recording recording = read_recording(builder_.bytes(), "test.plumb");
  EXPECT_TRUE(recording.report.intact);
  EXPECT_EQ(recording.report.records, 3u);
  EXPECT_EQ(recording.settings.at("key").size(), 300u);
}

// Fault: a frame is damaged before the checksum is taken, by a writer gone mad.
// Pass: each byte either does not matter to the content or ends the reading there; no crash.
TEST_F(CompressedBlocks, ADamagedFrameUnderARightChecksum) {
  const std::vector<std::byte> frame = compressed(records_);
  std::size_t refused = 0;
  for (std::size_t at = 0; at < frame.size(); ++at) {
    RecordingBuilder builder;
    std::vector<std::byte> damaged = frame;
    damaged[at] ^= std::byte{0xFF};
    builder.name(1, "first block").thread(1, 1).stored_block(damaged, records_bytes());
    const Recording recording = read_recording(builder.bytes(), "test.plumb");
    if (!recording.report.intact) {
      ++refused;
      EXPECT_EQ(recording.report.read_bytes, builder.block_ends()[0]);
      EXPECT_NE(recording.report.damage.find("block "), std::string::npos);
    }
  }
  EXPECT_GT(refused, 4u);  // the magic at least
  std::vector<std::byte> no_frame = frame;
  no_frame[0] ^= std::byte{1};
  builder_.stored_block(no_frame, records_bytes());
  EXPECT_EQ(damage(), "block cannot be decompressed to " + std::to_string(records_bytes()) +
                          " bytes: Unknown frame descriptor");
}

TEST_F(CompressedBlocks, AHeaderThatSaysTooLittle) {
  builder_.stored_block(compressed(records_), records_bytes() - 8);
  EXPECT_EQ(damage(), "block cannot be decompressed to " + std::to_string(records_bytes() - 8) +
                          " bytes: Destination buffer is too small");
}

TEST_F(CompressedBlocks, AHeaderThatSaysTooMuch) {
  builder_.stored_block(compressed(records_), records_bytes() + 8);
  EXPECT_EQ(damage(), "block holds " + std::to_string(records_bytes()) +
                          " bytes of records; its header says " +
                          std::to_string(records_bytes() + 8));
}

// Fault: a few bytes of a hostile file become gigabytes of memory.
// Pass: refused by what the header says; and where that is a lie, by the room that there is.
TEST_F(CompressedBlocks, ABombIsRefused) {
  const std::vector<std::byte> zeroes(std::size_t{16} << 20);
  const std::vector<std::byte> bomb = compressed(zeroes);
  ASSERT_LT(bomb.size(), 4096u);
  RecordingBuilder liar;
  liar.name(1, "first block").thread(1, 1).stored_block(bomb, format::kMaxUncompressedBytes);
  EXPECT_FALSE(read_recording(liar.bytes(), "test.plumb").report.intact);
  builder_.stored_block(bomb, static_cast<std::uint32_t>(zeroes.size()));
  EXPECT_EQ(damage(), "compressed block of 16777216 bytes of records; the limit is 65536");
}

TEST_F(CompressedBlocks, AnEmptyFrameWhereRecordsAreSaidToBe) {
  builder_.stored_block({}, 64);
  EXPECT_EQ(damage(), "block holds 0 bytes of records; its header says 64");
}

// Fault: the program is killed while a compressed block is written.
// Pass: every prefix is readable up to its last whole block.
TEST_F(CompressedBlocks, ACutFileIsReadUpToItsLastWholeBlock) {
  builder_.stored_block(compressed(records_), records_bytes());
  const std::vector<std::byte> bytes = builder_.bytes();
  const std::size_t first_end = builder_.block_ends()[0];
  for (std::size_t length = first_end; length < bytes.size(); ++length) {
    const Recording recording = read_recording(Bytes(bytes).first(length), "test.plumb");
    ASSERT_EQ(recording.report.blocks, 1u) << length;
    ASSERT_EQ(recording.report.read_bytes, first_end) << length;
    ASSERT_EQ(recording.report.intact, length == first_end) << length;
  }
}

}  // namespace
}  // namespace plumbline::analysis

// profiler/session/recording_writer.h, block_compressor.h: blocks are compressed where that pays,
// and read as the same records.
#include "profiler/session/recording_writer.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

#include "analysis/recording/block_reader.h"
#include "profiler/format/record.h"
#include "tests/profiler/recorded_session.h"

namespace plumbline::session {
namespace {

using Buffer = std::vector<std::byte>;

// A record of so many bytes; what is in it counts up, or is random.
Buffer record_of(std::uint32_t size_bytes, bool random = false) {
  Buffer record(size_bytes);
  std::mt19937 engine(size_bytes);
  for (std::size_t at = 0; at < size_bytes; ++at) {
    record[at] = static_cast<std::byte>(random ? engine() : at / 64);
  }
  const format::RecordHeader header{format::RecordType::kSample, 0, size_bytes};
  std::memcpy(record.data(), &header, sizeof header);
  return record;
}

Buffer joined(const std::vector<Buffer>& buffers) {
  Buffer all;
  for (const Buffer& buffer : buffers) all.insert(all.end(), buffer.begin(), buffer.end());
  return all;
}

// What is in a file: each block's content and whether it was compressed.
struct Written {
  Buffer content;
  std::size_t blocks = 0, compressed = 0;
  std::size_t longest = 0;
  bool intact = false;
};

Written read_back(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  analysis::BlockReader blocks(std::as_bytes(std::span(bytes)));
  Written written;
  while (const auto block = blocks.next()) {
    ++written.blocks;
    if (block->header.uncompressed_bytes != 0) ++written.compressed;
    written.longest = std::max(written.longest, block->payload.size());
    written.content.insert(written.content.end(), block->payload.begin(), block->payload.end());
  }
  EXPECT_EQ(blocks.damage(), "");
  written.intact = blocks.damage().empty() && blocks.offset() == bytes.size();
  return written;
}

Written write_and_read(const std::vector<Buffer>& pieces, bool compress = true) {
  const TemporaryPath output;
  RecordingWriter writer;
  EXPECT_EQ(writer.open(output.path().c_str()), 0);
  EXPECT_TRUE(!compress || writer.compress_blocks());
  const std::vector<Piece> views(pieces.begin(), pieces.end());
  writer.write_block(1, 1, views);
  EXPECT_EQ(writer.bytes_written(), std::filesystem::file_size(output.path()));
  writer.close();
  return read_back(output.path());
}

TEST(RecordingWriter, EveryLengthThatIsWorthItIsCompressedAndReadsTheSame) {
  for (std::uint32_t bytes = 128; bytes <= format::kMaxUncompressedBytes; bytes += bytes / 32 * 8) {
    const std::vector<Buffer> pieces{record_of(64), {}, record_of(bytes - 64)};
    const Written written = write_and_read(pieces);
    ASSERT_TRUE(written.intact) << bytes;
    ASSERT_EQ(written.compressed, 1u) << bytes;
    ASSERT_EQ(written.content, joined(pieces)) << bytes;
  }
}

TEST(RecordingWriter, WhatDoesNotShrinkIsStoredAsItIs) {
  for (const std::uint32_t bytes : {128u, 4096u, format::kMaxUncompressedBytes}) {
    const std::vector<Buffer> pieces{record_of(bytes, /*random=*/true)};
    const Written written = write_and_read(pieces);
    EXPECT_EQ(written.compressed, 0u) << bytes;
    EXPECT_EQ(written.content, pieces[0]) << bytes;
  }
}

TEST(RecordingWriter, TinyBlocksAndUnwantedCompressionAreStoredAsTheyAre) {
  EXPECT_EQ(write_and_read({record_of(120)}).compressed, 0u);
  const Written written = write_and_read({record_of(4096)}, /*compress=*/false);
  EXPECT_EQ(written.compressed, 0u);
  EXPECT_EQ(written.blocks, 1u);
  EXPECT_EQ(written.content, record_of(4096));
}

// A ring may hold much more than is compressed at once.
TEST(RecordingWriter, ALongPayloadIsCutBetweenRecords) {
  std::vector<Buffer> ring, tail;
  for (std::uint32_t number = 0; number < 400; ++number) ring.push_back(record_of(64 + number * 8));
  for (std::uint32_t number = 0; number < 40; ++number) tail.push_back(record_of(72));
  const std::vector<Buffer> pieces{joined(ring), joined(tail)};
  const Written written = write_and_read(pieces);
  EXPECT_EQ(written.content, joined(pieces));
  EXPECT_GT(written.blocks, pieces[0].size() / format::kMaxUncompressedBytes);
  EXPECT_LT(written.blocks, pieces[0].size() / format::kMaxUncompressedBytes + 4);
  EXPECT_EQ(written.compressed, written.blocks);
  EXPECT_LE(written.longest, format::kMaxUncompressedBytes);
}

// Fault: the program wrote over our ring, so that no length in it can be trusted.
// Pass: all bytes are kept, and the writer comes to an end.
TEST(RecordingWriter, ALongPayloadOfNoRecordsIsStored) {
  for (const std::size_t bytes : {std::size_t{1} << 17, (std::size_t{1} << 17) + 3}) {
    const std::vector<Buffer> pieces{Buffer(bytes)};
    EXPECT_EQ(write_and_read(pieces).content, pieces[0]);
  }
}

// Fault: a child of fork goes on with the compressor that its parent was in the middle of.
// Pass: a writer in the child starts afresh; both files are whole.
TEST(RecordingWriter, AForkedChildCompressesWithAMemoryOfItsOwn) {
  const TemporaryPath parents, childs;
  RecordingWriter writer;
  ASSERT_EQ(writer.open(parents.path().c_str()), 0);
  ASSERT_TRUE(writer.compress_blocks());
  const Buffer first = record_of(5000), second = record_of(9000);
  writer.write_block(1, 1, std::array{Piece(first)});
  const pid_t child = fork();
  if (child == 0) {
    RecordingWriter own;
    const bool started = own.open(childs.path().c_str()) == 0 && own.compress_blocks();
    for (int block = 0; block < 100; ++block) own.write_block(1, 1, std::array{Piece(second)});
    own.close();
    _exit(started ? 0 : 1);
  }
  for (int block = 0; block < 100; ++block) writer.write_block(1, 1, std::array{Piece(first)});
  writer.close();
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  const Written of_parent = read_back(parents.path()), of_child = read_back(childs.path());
  EXPECT_EQ(of_parent.compressed, 101u);
  EXPECT_EQ(of_child.compressed, 100u);
  EXPECT_EQ(of_child.content.size(), 100 * second.size());
  EXPECT_EQ(Buffer(of_child.content.begin(), of_child.content.begin() + 9000), second);
}

}  // namespace
}  // namespace plumbline::session

// profiler/format: checksums and sizes that the file format promises.
#include <gtest/gtest.h>

#include <string_view>

#include "profiler/format/block.h"
#include "profiler/format/record.h"

namespace plumbline::format {
namespace {

std::uint32_t crc_of(std::string_view text) { return crc32c(0, text.data(), text.size()); }

// Check value of CRC-32C in the catalogue of parametrised CRC algorithms; zeroes from RFC 3720 B.4.
TEST(Crc32c, KnownVectors) {
  EXPECT_EQ(crc_of("123456789"), 0xE3069283u);
  EXPECT_EQ(crc_of(std::string_view(
                "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32)),
            0x8A9136AAu);
  EXPECT_EQ(crc_of(""), 0u);
}

TEST(Crc32c, ContinuesOverPieces) {
  const std::uint32_t first = crc_of("1234");
  EXPECT_EQ(crc32c(first, "56789", 5), crc_of("123456789"));
}

TEST(Block, ChecksumCoversHeaderAndPayload) {
  char payload[] = "payload";
  BlockHeader header{};
  header.magic = kBlockMagic;
  header.payload_bytes = sizeof payload;
  const std::uint32_t whole = block_crc(header, payload);
  payload[3] ^= 1;
  EXPECT_NE(block_crc(header, payload), whole);
  payload[3] ^= 1;
  header.tid ^= 1;
  EXPECT_NE(block_crc(header, payload), whole);
}

TEST(Record, SizesArePadded) {
  EXPECT_EQ(padded_size(sizeof(Name), 0), sizeof(Name));
  EXPECT_EQ(padded_size(sizeof(Name), 1), sizeof(Name) + 8);
  EXPECT_EQ(padded_size(sizeof(Name), 8), sizeof(Name) + 8);
}

}  // namespace
}  // namespace plumbline::format

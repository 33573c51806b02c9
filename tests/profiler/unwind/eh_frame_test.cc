// profiler/unwind/byte_reader.h and eh_frame.h: entries are found, and what is broken is refused.
#include "profiler/unwind/eh_frame.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>

#include "profiler/unwind/cfi_program.h"
#include "tests/profiler/unwind/frame_bytes.h"

namespace plumbline::unwind {
namespace {

using test::CieShape;
using test::FrameBytes;
using test::kCodeAddress;
using test::kImageAddress;

// Bytes that end where memory does: reading one more is a fault.
class GuardedBytes {
 public:
  explicit GuardedBytes(const std::vector<std::byte>& bytes)
      : size_(bytes.size()),
        readable_(bytes.size() / kPage * kPage + kPage),
        memory_(static_cast<std::byte*>(mmap(nullptr, readable_ + kPage, PROT_READ | PROT_WRITE,
                                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
    mprotect(memory_ + readable_, kPage, PROT_NONE);
    std::copy(bytes.begin(), bytes.end(), memory_ + readable_ - size_);
  }
  ~GuardedBytes() { munmap(memory_, readable_ + kPage); }
  GuardedBytes(const GuardedBytes&) = delete;
  GuardedBytes& operator=(const GuardedBytes&) = delete;
  Image image() const { return {Bytes(memory_ + readable_ - size_, size_), kImageAddress}; }

 private:
  static constexpr std::size_t kPage = 4096;
  std::size_t size_;
  std::size_t readable_;
  std::byte* memory_;
};

struct Listing {
  std::vector<Fde> functions;
  std::uint64_t refused = 0;
};

Listing list(const std::vector<std::byte>& bytes) {
  Listing listing;
  const GuardedBytes guarded(bytes);
  EhFrame frames(guarded.image(), kImageAddress);
  if (!frames.ok()) return listing;
  std::vector<FdeStart> starts(frames.max_entries());
  starts.resize(frames.list(starts.data(), listing.refused));
  for (const FdeStart& start : starts) {
    const Fde fde = frames.entry_at(start.entry);
    listing.refused += !fde.ok;
    if (!fde.ok) continue;
    listing.functions.push_back(fde);
    CfiProgram program(fde);
    for (Row row; program.next(row);) {
    }
  }
  return listing;
}

TEST(ByteReader, ReadsSignedAndUnsignedNumbersOfAnyLength) {
  const std::array<std::uint8_t, 10> raw = {0x7f, 0xe5, 0x8e, 0x26, 0xff, 0x00, 0x80, 0x7f, 0x40};
  ByteReader reader(std::as_bytes(std::span(raw)), 0);
  EXPECT_EQ(reader.sleb(), -1);
  EXPECT_EQ(reader.uleb(), 624'485u);
  EXPECT_EQ(reader.sleb(), 127);
  EXPECT_EQ(reader.sleb(), -128);
  EXPECT_EQ(reader.sleb(), -64);
  EXPECT_TRUE(reader.ok());
}

TEST(ByteReader, NumberWithoutEndFailsAndStaysFailed) {
  const std::array<std::uint8_t, 40> raw = [] {
    std::array<std::uint8_t, 40> bytes;
    bytes.fill(0xff);
    return bytes;
  }();
  ByteReader reader(std::as_bytes(std::span(raw)), 0);
  reader.uleb();
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.number<std::uint32_t>(), 0u);
  EXPECT_FALSE(reader.part(0).ok() && reader.ok());
}

class PointerEncoding : public testing::TestWithParam<std::uint8_t> {};

TEST_P(PointerEncoding, FindsTheFunction) {
  FrameBytes frames;
  const std::uint8_t encoding = GetParam();
  const bool is_short = (encoding & pointer_encoding::kFormat) % 8 == 2;
  // Two bytes reach 32 KiB: code next to its entry, or at a low address.
  const bool from_itself = (encoding & pointer_encoding::kBase) != 0;
  const std::uint64_t code = is_short && !from_itself                     ? 0x1234
                             : (encoding & 0x0f) % 8 == 3 && !from_itself ? 0x1234'5678
                             : is_short                                   ? kImageAddress + 0x2000
                                                                          : kCodeAddress;
  const std::uint64_t cie =
      frames.cie({.augmentation_data = {encoding}, .pointer_encoding = encoding});
  frames.fde(cie, code, 77, {});
  frames.terminator();
  const Listing listing = list(frames.bytes(FrameBytes::Table::kLeftOut));
  ASSERT_EQ(listing.functions.size(), 1u);
  EXPECT_EQ(listing.functions[0].begin, code);
  EXPECT_EQ(listing.functions[0].end, code + 77);
}

INSTANTIATE_TEST_SUITE_P(All, PointerEncoding,
                         testing::Values(0x00, 0x01, 0x02, 0x03, 0x04, 0x09, 0x0a, 0x0b, 0x0c, 0x10,
                                         0x11, 0x12, 0x13, 0x14, 0x19, 0x1a, 0x1b, 0x1c));

TEST(EhFrame, RefusesEncodingsThatNoLinkerWrites) {
  for (const std::uint8_t encoding :
       std::initializer_list<std::uint8_t>{0x2b, 0x4b, 0x50, 0x9b, 0x05, 0xff}) {
    FrameBytes frames;
    const std::uint64_t cie = frames.cie({.augmentation_data = {encoding}});
    frames.fde(cie, kCodeAddress, 77, {});
    frames.terminator();
    const Listing listing = list(frames.bytes());
    EXPECT_EQ(listing.functions.size(), 0u) << int{encoding};
    EXPECT_EQ(listing.refused, 1u) << int{encoding};
  }
}

TEST(EhFrame, ReadsEveryAugmentation) {
  FrameBytes frames;
  // Personality (8 bytes, indirect), language-specific data, encoding, signal frame.
  const std::uint64_t cie =
      frames.cie({.augmentation = "zPLRS",
                  .augmentation_data = {0x9c, 1, 2, 3, 4, 5, 6, 7, 8, 0x1b, test::kPcRelative4}});
  frames.fde(cie, kCodeAddress, 32, {0x0e, 16});
  frames.terminator();
  const Listing listing = list(frames.bytes());
  ASSERT_EQ(listing.functions.size(), 1u);
  EXPECT_TRUE(listing.functions[0].cie.is_signal_frame);
  EXPECT_EQ(listing.functions[0].begin, kCodeAddress);
  EXPECT_EQ(listing.functions[0].cie.data_alignment, -8);
}

TEST(EhFrame, ReadsEntriesWithoutAugmentation) {
  FrameBytes frames;
  const std::uint64_t cie =
      frames.cie({.augmentation = "", .augmentation_data = {}, .pointer_encoding = 0});
  frames.fde(cie, kCodeAddress, 32, {});
  frames.terminator();
  EXPECT_EQ(list(frames.bytes()).functions.size(), 1u);
}

TEST(EhFrame, RefusesWhatItDoesNotKnow) {
  const CieShape strangers[] = {
      {.version = 2},
      {.augmentation = "zRX"},
      {.augmentation = "eh", .augmentation_data = {}},
      {.return_register = 15},
      {.augmentation_data = {}},  // shorter than its letters say
  };
  for (const CieShape& stranger : strangers) {
    FrameBytes frames;
    frames.fde(frames.cie(stranger), kCodeAddress, 32, {});
    frames.terminator();
    EXPECT_EQ(list(frames.bytes()).functions.size(), 0u) << stranger.augmentation;
  }
}

FrameBytes three_functions() {
  FrameBytes frames;
  const std::uint64_t cie = frames.cie();
  frames.fde(cie, kCodeAddress + 64, 32, {0x41, 0x0e, 16});
  frames.fde(cie, kCodeAddress, 32, {0x41, 0x0e, 16});
  const std::uint64_t other = frames.cie();
  frames.fde(other, kCodeAddress + 32, 32, {0x41, 0x0e, 16});
  frames.terminator();
  return frames;
}

TEST(EhFrame, ListsByAddressWhateverTheTableIsLike) {
  using Table = FrameBytes::Table;
  for (const Table table : {Table::kSorted, Table::kAsWritten, Table::kLeftOut}) {
    const Listing listing = list(three_functions().bytes(table));
    ASSERT_EQ(listing.functions.size(), 3u);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(listing.functions[i].begin, kCodeAddress + 32 * i);
    }
    EXPECT_EQ(listing.refused, 0u);
  }
}

TEST(EhFrame, ReadsEntriesWithALongLength) {
  FrameBytes frames;
  const std::uint64_t cie = frames.cie();
  frames.put<std::uint32_t>(0xffff'ffff);
  frames.put<std::uint64_t>(20);
  frames.put(static_cast<std::uint32_t>(frames.here() - cie));
  frames.put(static_cast<std::uint32_t>(kCodeAddress - frames.here()));
  frames.put<std::uint32_t>(32);
  frames.put<std::uint64_t>(0);
  frames.terminator();
  const Listing listing = list(frames.bytes(FrameBytes::Table::kLeftOut));
  ASSERT_EQ(listing.functions.size(), 1u);
  EXPECT_EQ(listing.functions[0].end, kCodeAddress + 32);
}

// Fault: a length or pointer of a damaged file leads out of it.
// Seen in: every reader of other people's ELF files sooner or later.
// Pass: cut at every byte, and every byte set to 0x00, 0x7f, 0x80 and 0xff: never a read outside
// (each image ends where memory does), never more entries than there are.
TEST(EhFrame, DamagedFilesNeverLeadOutside) {
  const std::vector<std::byte> sound = three_functions().bytes();
  for (std::size_t size = 0; size <= sound.size(); ++size) {
    list(std::vector<std::byte>(sound.begin(), sound.begin() + static_cast<std::ptrdiff_t>(size)));
  }
  for (std::size_t at = 0; at < sound.size(); ++at) {
    if (at == 64) at = FrameBytes::kHeaderBytes;  // between them are zeros
    for (const unsigned value : {0x00u, 0x7fu, 0x80u, 0xffu}) {
      std::vector<std::byte> damaged = sound;
      damaged[at] = static_cast<std::byte>(value);
      EXPECT_LE(list(damaged).functions.size(), 3u);
    }
  }
}

}  // namespace
}  // namespace plumbline::unwind

// profiler/base/event_ring.h: whole records or none, exact refusals, nothing lost on the way.
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <random>
#include <thread>
#include <vector>

#include "profiler/base/event_ring.h"

namespace plumbline::base {
namespace {

constexpr std::uint64_t kCapacityBytes = 1024;

class EventRingTest : public testing::Test {
 protected:
  EventRingTest() { ring_.init(memory_.data(), kCapacityBytes); }

  // A record of `size_bytes` whose every word is `value`.
  bool write(std::uint64_t value, std::uint32_t size_bytes, std::uint64_t kept_free_bytes = 0) {
    void* room = ring_.reserve(size_bytes, kept_free_bytes);
    if (room == nullptr) return false;
    for (std::uint32_t at = 0; at < size_bytes; at += 8) {
      std::memcpy(static_cast<std::byte*>(room) + at, &value, 8);
    }
    ring_.commit();
    return true;
  }

  std::vector<std::uint64_t> read_all() {
    const EventRing::Pieces pieces = ring_.pieces();
    std::vector<std::uint64_t> words;
    for (int piece = 0; piece < 2; ++piece) {
      for (std::uint64_t at = 0; at < pieces.bytes[piece]; at += 8) {
        std::uint64_t word;
        std::memcpy(&word, pieces.data[piece] + at, 8);
        words.push_back(word);
      }
    }
    ring_.release(pieces);
    return words;
  }

  alignas(8) std::array<std::byte, kCapacityBytes> memory_{};
  EventRing ring_;
};

TEST_F(EventRingTest, GivesBackWhatWasWritten) {
  ASSERT_TRUE(write(1, 8));
  ASSERT_TRUE(write(2, 24));
  EXPECT_EQ(read_all(), (std::vector<std::uint64_t>{1, 2, 2, 2}));
  EXPECT_TRUE(read_all().empty());
}

TEST_F(EventRingTest, RefusesWhatDoesNotFitAndKeepsTheRest) {
  constexpr std::uint64_t kRoomBytes = kCapacityBytes - EventRing::kLastWordsBytes;
  for (std::uint64_t value = 0; value < kRoomBytes / 64; ++value) {
    ASSERT_TRUE(write(value, 64, EventRing::kLastWordsBytes)) << value;
  }
  EXPECT_FALSE(write(99, 8, EventRing::kLastWordsBytes));
  EXPECT_EQ(read_all().size(), kRoomBytes / 8);
  EXPECT_TRUE(write(99, 8, EventRing::kLastWordsBytes));
}

TEST_F(EventRingTest, LastWordsFitIntoAFullRing) {
  while (write(1, 64, EventRing::kLastWordsBytes)) {
  }
  EXPECT_TRUE(write(2, EventRing::kLastWordsBytes));
  EXPECT_FALSE(write(3, 8));
}

// Fault: bytes skipped at the end of the buffer reach the file as a record.
TEST_F(EventRingTest, SkippedBytesAtTheEndAreNeverSeen) {
  ASSERT_TRUE(write(1, 1000));
  ASSERT_EQ(read_all().size(), 125u);
  ASSERT_TRUE(write(2, 64));  // 24 bytes remain before the end: starts at the beginning
  EXPECT_EQ(read_all(), std::vector<std::uint64_t>(8, 2));
}

TEST_F(EventRingTest, SkippedBytesAtTheEndAreNotSeenWhenNothingFollows) {
  ASSERT_TRUE(write(1, 1000));
  ASSERT_EQ(read_all().size(), 125u);
  void* record = ring_.reserve(64);
  ASSERT_NE(record, nullptr);
  EXPECT_EQ(ring_.shrink(record, 64, 0), 0u);
  ring_.commit();
  EXPECT_TRUE(read_all().empty());
}

TEST_F(EventRingTest, GivesBackTheEndOfAReservation) {
  void* record = ring_.reserve(512, 0);
  const std::uint64_t value = 1;
  std::memcpy(record, &value, 8);
  EXPECT_EQ(ring_.shrink(record, 512, 8), 8u);
  ring_.commit();
  EXPECT_TRUE(write(2, kCapacityBytes - 8));
  EXPECT_EQ(read_all().size(), kCapacityBytes / 8);
}

// Fault: what a handler records while it interrupts the writing of a record is lost, or seen before
// that one is whole.
TEST_F(EventRingTest, RecordsOfAHandlerLieBehindTheInterruptedOne) {
  ASSERT_TRUE(write(9, 1000));
  ASSERT_EQ(read_all().size(), 125u);
  void* interrupted = ring_.reserve(64, 0);  // 24 bytes before the end are skipped
  ASSERT_TRUE(write(2, 16));
  ASSERT_TRUE(write(3, 8));
  EXPECT_TRUE(read_all().empty());
  for (int word = 0; word < 8; ++word) {
    const std::uint64_t value = 1;
    std::memcpy(static_cast<std::byte*>(interrupted) + 8 * word, &value, 8);
  }
  EXPECT_EQ(ring_.shrink(interrupted, 64, 8), 64u) << "bytes that nobody wrote";
  ring_.commit();
  EXPECT_EQ(read_all(), (std::vector<std::uint64_t>{1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3}));
  EXPECT_TRUE(write(4, 8));
  EXPECT_EQ(read_all(), std::vector<std::uint64_t>{4});
}

TEST_F(EventRingTest, WantsDrainingWhenMoreThanHalfFull) {
  ASSERT_TRUE(write(1, 512));
  EXPECT_FALSE(ring_.more_than_half_full());
  ASSERT_TRUE(write(1, 8));
  EXPECT_TRUE(ring_.more_than_half_full());
  read_all();
  EXPECT_FALSE(ring_.more_than_half_full());
}

// Every record that was accepted arrives once, whole and in order, through many laps.
TEST_F(EventRingTest, TwoThreadsLoseNothing) {
  constexpr std::uint64_t kRecords = 50'000;
  std::thread producer([&] {
    std::mt19937 random(7);
    for (std::uint64_t value = 0; value < kRecords;) {
      const auto words = static_cast<std::uint32_t>(1 + random() % 15);
      void* room = ring_.reserve(8 * (words + 1), 0);
      if (room == nullptr) {
        std::this_thread::yield();
        continue;
      }
      auto* out = static_cast<std::uint64_t*>(room);
      *out++ = words;
      for (std::uint32_t i = 0; i < words; ++i) *out++ = value;
      ring_.commit();
      ++value;
    }
  });
  for (std::uint64_t expected = 0; expected < kRecords;) {
    const std::vector<std::uint64_t> words = read_all();
    for (std::size_t at = 0; at < words.size(); ++expected) {
      const std::uint64_t count = words[at++];
      ASSERT_LE(at + count, words.size()) << "torn record " << expected;
      for (std::uint64_t i = 0; i < count; ++i) ASSERT_EQ(words[at++], expected);
    }
  }
  producer.join();
}

}  // namespace
}  // namespace plumbline::base

// profiler/unwind/frame_list.h: what is kept of a stack that is deeper than the limit.
#include "profiler/unwind/frame_list.h"

#include <gtest/gtest.h>

#include <array>

namespace plumbline::unwind {
namespace {

using format::StackEnd;

constexpr std::uint32_t kLimit = 512;

Walk listed(std::uint32_t depth, StackEnd end, std::array<std::uint64_t, kLimit>& frames) {
  FrameList list(frames.data(), kLimit);
  for (std::uint32_t i = 0; i < depth; ++i) list.add(0x10000 + i);
  return list.finish(end);
}

TEST(FrameList, KeepsBothEndsOfADeepStack) {
  constexpr std::uint32_t kLeaf = kLimit - kRootFrames - 1;
  for (std::uint32_t depth = 1; depth <= kMaxSteps; ++depth) {
    std::array<std::uint64_t, kLimit> frames{};
    const Walk walk = listed(depth, StackEnd::kComplete, frames);
    const bool fits = depth <= kLimit;
    ASSERT_EQ(walk.end, fits ? StackEnd::kComplete : StackEnd::kDepthLimit);
    ASSERT_EQ(walk.frame_count, std::min(depth, kLimit));
    for (std::uint32_t i = 0; i < std::min(depth, fits ? kLimit : kLeaf); ++i) {
      ASSERT_EQ(frames[i], 0x10000 + i);
    }
    if (fits) continue;
    ASSERT_EQ(frames[kLeaf], depth - kLeaf - kRootFrames);
    ASSERT_LE(frames[kLeaf], format::kMaxLeftOut);
    for (std::uint32_t i = 0; i < kRootFrames; ++i) {
      ASSERT_EQ(frames[kLeaf + 1 + i], 0x10000 + depth - kRootFrames + i) << "depth " << depth;
    }
  }
}

TEST(FrameList, WithoutARootTheMarkerIsLast) {
  std::array<std::uint64_t, kLimit> frames{};
  const Walk walk = listed(1000, StackEnd::kOutOfBounds, frames);
  EXPECT_EQ(walk.end, StackEnd::kDepthLimit);
  ASSERT_EQ(walk.frame_count, kLimit - kRootFrames);
  EXPECT_EQ(frames[walk.frame_count - 1], 0u);
  EXPECT_EQ(frames[walk.frame_count - 2], 0x10000u + kLimit - kRootFrames - 2);
}

TEST(FrameList, AVerySmallLimitIsKept) {
  std::array<std::uint64_t, kLimit> frames{};
  FrameList list(frames.data(), 8);
  for (std::uint64_t i = 1; i <= 100; ++i) list.add(i);
  const Walk walk = list.finish(StackEnd::kComplete);
  EXPECT_EQ(walk.frame_count, 8u);
  EXPECT_EQ(walk.end, StackEnd::kDepthLimit);
  EXPECT_EQ(frames[7], 8u);
  EXPECT_EQ(frames[8], 0u);
}

}  // namespace
}  // namespace plumbline::unwind

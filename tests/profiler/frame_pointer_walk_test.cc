// profiler/capture/frame_pointer_walk.h and stack_bounds.h: walks stay inside the stack and say how
// they ended.
#include "profiler/capture/frame_pointer_walk.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/mman.h>

#include <array>
#include <random>
#include <vector>

namespace plumbline::capture {
namespace {

using format::StackEnd;

constexpr std::uint32_t kLimit = 64;
using Frames = std::array<std::uint64_t, kLimit>;

// A stack made by hand: pairs of (caller's frame, return address).
class MadeStack {
 public:
  explicit MadeStack(std::size_t words) : words_(words) {}
  std::uintptr_t at(std::size_t word) const {
    return reinterpret_cast<std::uintptr_t>(&words_[word]);
  }
  void frame(std::size_t word, std::uintptr_t caller_frame, std::uintptr_t return_address) {
    words_[word] = caller_frame;
    words_[word + 1] = return_address;
  }
  StackBounds bounds() const { return {at(0), at(0) + words_.size() * sizeof(words_[0])}; }

 private:
  std::vector<std::uintptr_t> words_;
};

TEST(FramePointerWalk, FollowsFramesToTheRoot) {
  MadeStack stack(32);
  stack.frame(4, stack.at(10), 0x1111);
  stack.frame(10, stack.at(20), 0x2222);
  stack.frame(20, 0, 0x3333);
  Frames frames{};
  const unwind::Walk walk = walk_frame_pointers({0xAAAA, stack.at(2), stack.at(4)}, stack.bounds(),
                                                frames.data(), kLimit);
  ASSERT_EQ(walk.frame_count, 4u);
  EXPECT_EQ(frames[0], 0xAAAAu);
  EXPECT_EQ(frames[3], 0x3333u);
  EXPECT_EQ(walk.end, StackEnd::kComplete);
}

TEST(FramePointerWalk, StopsAtTheDepthLimitAndSaysSo) {
  MadeStack stack(4 * kLimit);
  for (std::size_t word = 0; word + 2 < 4 * kLimit; word += 2) {
    stack.frame(word, stack.at(word + 2), 0x1000 + word);
  }
  Frames frames{};
  const unwind::Walk walk =
      walk_frame_pointers({1, stack.at(0), stack.at(0)}, stack.bounds(), frames.data(), kLimit);
  EXPECT_EQ(walk.frame_count, kLimit);
  EXPECT_EQ(frames[kLimit - 1], 0u);  // the root is missing
  EXPECT_EQ(walk.end, StackEnd::kDepthLimit);
}

// Fault: a frame whose saved pointer is itself loops for ever.
TEST(FramePointerWalk, AFrameThatNamesItselfEndsTheWalk) {
  MadeStack stack(16);
  stack.frame(4, stack.at(4), 0x1111);
  Frames frames{};
  const unwind::Walk walk =
      walk_frame_pointers({1, stack.at(2), stack.at(4)}, stack.bounds(), frames.data(), kLimit);
  EXPECT_EQ(walk.frame_count, 2u);
  EXPECT_EQ(walk.end, StackEnd::kOutOfBounds);
}

// Fault: a garbage frame pointer is followed out of the stack.
// Seen in: walks that only ask for "above the stack pointer" (SIGSEGV within 20,000 values).
// Pass: 2,000,000 hostile values, 0 faults. The stack lies between two unmapped pages.
TEST(FramePointerWalk, HostileFramePointersNeverFault) {
  constexpr std::size_t kPage = 4096;
  auto* memory = static_cast<std::byte*>(
      mmap(nullptr, 3 * kPage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  ASSERT_NE(memory, MAP_FAILED);
  ASSERT_EQ(mprotect(memory + kPage, kPage, PROT_READ | PROT_WRITE), 0);
  const auto low = reinterpret_cast<std::uintptr_t>(memory) + kPage;
  const StackBounds bounds{low, low + kPage};
  constexpr std::uint64_t kSeed = 20'260'101;
  std::mt19937_64 random(kSeed);
  auto* words = reinterpret_cast<std::uintptr_t*>(low);
  Frames frames{};
  for (int i = 0; i < 2'000'000; ++i) {
    words[random() % (kPage / sizeof *words)] = low - kPage + random() % (3 * kPage);
    const bool near = random() % 2 == 0;
    const std::uintptr_t frame = near ? low - kPage + random() % (3 * kPage) : random();
    const unwind::Registers registers{random(), low + random() % kPage, frame};
    const unwind::Walk walk = walk_frame_pointers(registers, bounds, frames.data(), kLimit);
    ASSERT_GE(walk.frame_count, 1u) << "seed " << kSeed;
  }
  munmap(memory, 3 * kPage);
}

TEST(FramePointerWalk, AForeignStackIsNotWalked) {
  MadeStack stack(16), other(16);
  other.frame(4, 0, 0x1111);
  Frames frames{};
  const unwind::Walk walk =
      walk_frame_pointers({1, other.at(2), other.at(4)}, stack.bounds(), frames.data(), kLimit);
  EXPECT_EQ(walk.frame_count, 1u);
  EXPECT_EQ(walk.end, StackEnd::kForeignStack);
}

// Every byte of [where we are now, high) must be readable, and low must lie below us.
void expect_bounds_hold(const StackBounds& bounds) {
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  ASSERT_LT(bounds.low, here);
  ASSERT_GT(bounds.high, here);
  volatile unsigned char sum = 0;
  for (std::uintptr_t at = here; at < bounds.high; ++at) {
    sum = static_cast<unsigned char>(sum + *reinterpret_cast<volatile unsigned char*>(at));
  }
}

TEST(StackBounds, MainThread) { expect_bounds_hold(bounds_of_main_thread()); }

struct StackCase {
  const char* name;
  std::size_t stack_bytes;  // 0: the default
  bool told;                // the creator knew the size
};

class ThreadStackBounds : public testing::TestWithParam<StackCase> {};

TEST_P(ThreadStackBounds, CoverTheThreadsOwnStackOnly) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  if (GetParam().stack_bytes != 0) {
    ASSERT_EQ(pthread_attr_setstacksize(&attributes, GetParam().stack_bytes), 0);
  }
  static std::size_t usable_bytes;
  usable_bytes = GetParam().told ? usable_stack_bytes(&attributes) : 0;
  const auto body = [](void*) -> void* {
    const StackBounds bounds = bounds_of_created_thread(usable_bytes);
    expect_bounds_hold(bounds);
    // What the thread library itself says must contain what we say.
    pthread_attr_t own;
    pthread_getattr_np(pthread_self(), &own);
    void* low = nullptr;
    std::size_t bytes = 0;
    pthread_attr_getstack(&own, &low, &bytes);
    pthread_attr_destroy(&own);
    EXPECT_GE(bounds.low, reinterpret_cast<std::uintptr_t>(low));
    EXPECT_LE(bounds.high, reinterpret_cast<std::uintptr_t>(low) + bytes);
    EXPECT_LT(bounds.low - reinterpret_cast<std::uintptr_t>(low), 16'384u);
    return nullptr;
  };
  pthread_t thread;
  ASSERT_EQ(pthread_create(&thread, &attributes, body, nullptr), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

INSTANTIATE_TEST_SUITE_P(Sizes, ThreadStackBounds,
                         testing::Values(StackCase{"DefaultTold", 0, true},
                                         StackCase{"DefaultLookedUp", 0, false},
                                         StackCase{"SmallTold", 65'536, true},
                                         StackCase{"SmallLookedUp", 65'536, false}),
                         [](const auto& size) { return size.param.name; });

}  // namespace
}  // namespace plumbline::capture

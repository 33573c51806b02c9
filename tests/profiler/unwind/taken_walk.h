// A walk as a hook takes it, for tests.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "profiler/unwind/module_map.h"
#include "profiler/unwind/walk.h"
#include "tests/profiler/unwind/own_stack.h"

namespace plumbline::unwind::test {

inline constexpr std::uint32_t kLimit = 512;

struct Taken {
  Walk walk;
  const void* return_address = nullptr;
  std::array<std::uint64_t, kLimit> frames{};

  bool has(std::uint64_t frame) const {
    const auto* end = frames.data() + walk.frame_count;
    return std::find(frames.data(), end, frame) != end;
  }
  std::uint64_t last() const { return frames[walk.frame_count - 1]; }
};

// The first frame must be the caller of this.
[[gnu::noinline]] inline void take_in_a_hook(const Stacks& stacks, Taken& taken) {
  taken.return_address = __builtin_return_address(0);
  taken.walk = walk_from_here(stacks, taken.frames.data(), kLimit);
  asm volatile("" ::: "memory");
}

template <class Function>
std::uint64_t address_of(Function* function) {
  return reinterpret_cast<std::uint64_t>(function);
}

class WalkTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(update_modules()); }
  Stacks own_{.own = own_stack(), .alternate = {}};
};

}  // namespace plumbline::unwind::test

// The option unwind=libunwind: waits have the stacks that our own rules give them.
#include <errno.h>
#include <signal.h>
#include <time.h>

#include <cstdint>
#include <thread>
#include <vector>

#include "tests/profiler/recorded_session.h"

namespace plumbline {
namespace {

using analysis::Index;
using analysis::Recording;
using Frames = std::vector<std::uint64_t>;

struct Stack {
  Frames frames;
  format::StackEnd end{};
};

[[gnu::noinline]] void wait_a_moment() {
  const timespec moment{0, 2'000'000};
  nanosleep(&moment, nullptr);
  asm volatile("");  // no tail call: the frame is to be seen
}

[[gnu::noinline]] void wait_at_depth(int depth) {
  if (depth == 0) {
    wait_a_moment();
  } else {
    wait_at_depth(depth - 1);
  }
  asm volatile("");
}

// Stacks of the sleeps, in the order in which they ended.
std::vector<Stack> sleeps_in(const Recording& recording) {
  std::vector<Stack> stacks;
  for (Index row = 0; row < recording.waits.size(); ++row) {
    if (recording.waits.operation[row] != format::Operation::kSleep) continue;
    const Index stack = recording.waits.stack[row];
    const auto& all = recording.stacks;
    const auto at = [&](Index number) {
      return all.frames.begin() + static_cast<std::ptrdiff_t>(all.first[number]);
    };
    stacks.push_back({Frames(at(stack), at(stack + 1)), all.end[stack]});
  }
  return stacks;
}

// The same calls, from the same lines, by both ways.
template <class Body>
void expect_equal_stacks(const Body& body, std::size_t count, format::StackEnd end) {
  std::vector<Stack> stacks[2];
  for (const int way : {0, 1}) {
    const char* options = way == 0 ? "clock=none,unwind=cfi" : "clock=none,unwind=libunwind";
    const Recording recording = record(options, body);
    EXPECT_EQ(recording.settings.at("unwinder"), way == 0 ? "cfi" : "cfi, of waits libunwind");
    stacks[way] = sleeps_in(recording);
    ASSERT_EQ(stacks[way].size(), count) << options;
  }
  for (std::size_t wait = 0; wait < count; ++wait) {
    EXPECT_EQ(stacks[0][wait].frames, stacks[1][wait].frames) << wait;
    EXPECT_EQ(stacks[1][wait].end, end) << wait;
    EXPECT_EQ(stacks[0][wait].end, end) << wait;
  }
}

TEST(LibunwindWaits, HaveTheStacksThatOurRulesGive) {
  expect_equal_stacks(
      [] {
        for (int depth = 0; depth < 5; ++depth) wait_at_depth(depth);
      },
      5, format::StackEnd::kComplete);
}

TEST(LibunwindWaits, OfOtherThreadsTheSame) {
  expect_equal_stacks([] { std::thread([] { wait_at_depth(7); }).join(); }, 1,
                      format::StackEnd::kComplete);
}

TEST(LibunwindWaits, DeepStacksKeepTheirRoot) {
  expect_equal_stacks([] { wait_at_depth(1'000); }, 1, format::StackEnd::kDepthLimit);
}

// What a signal interrupted is written as its instruction + 1, by both.
TEST(LibunwindWaits, InAHandlerOfTheProgramTheSame) {
  struct sigaction action {
  }, before{};
  action.sa_handler = [](int) { wait_a_moment(); };
  sigaction(SIGUSR1, &action, &before);
  expect_equal_stacks([] { raise(SIGUSR1); }, 1, format::StackEnd::kComplete);
  sigaction(SIGUSR1, &before, nullptr);
}

TEST(LibunwindWaits, KeepErrno) {
  record("clock=none,unwind=libunwind", [] {
    errno = 77;
    wait_at_depth(3);
    EXPECT_EQ(errno, 77);
  });
}

}  // namespace
}  // namespace plumbline

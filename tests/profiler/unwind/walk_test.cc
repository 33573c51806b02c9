// profiler/unwind/walk.h: real stacks, deep ones, strange ones and hostile ones.
#include "profiler/unwind/walk.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <numeric>
#include <random>
#include <thread>
#include <vector>

#include "profiler/unwind/module_map.h"
#include "tests/profiler/unwind/taken_walk.h"

namespace plumbline::unwind {
namespace {

using format::StackEnd;

using test::address_of;
using test::kLimit;
using test::take_in_a_hook;
using test::Taken;
using test::WalkTest;

TEST_F(WalkTest, FromAHookStartsAtItsCallerAndEndsAtTheRoot) {
  Taken taken;
  take_in_a_hook(own_, taken);
  EXPECT_EQ(taken.walk.end, StackEnd::kComplete);
  EXPECT_EQ(taken.frames[0], reinterpret_cast<std::uint64_t>(taken.return_address));
}

TEST_F(WalkTest, AThreadsRootIsReached) {
  Taken taken;
  std::thread([&taken] {
    const Stacks stacks{.own = test::own_stack(), .alternate = {}};
    take_in_a_hook(stacks, taken);
  }).join();
  EXPECT_EQ(taken.walk.end, StackEnd::kComplete);
  EXPECT_GE(taken.walk.frame_count, 4u);  // the lambda's wrappers, start_thread, clone
}

[[gnu::noinline]] int recurse(int depth, const Stacks& stacks, Taken& taken) {
  if (depth == 0) {
    take_in_a_hook(stacks, taken);
    return 0;
  }
  const int below = recurse(depth - 1, stacks, taken);
  asm volatile("" ::: "memory");
  return below + 1;
}

// Fault: deep recursion loses main and the thread's function, and with them what the stack is of.
// Seen in: every profiler with a depth limit. Pass: the last 16 frames are those of a shallow walk.
TEST_F(WalkTest, DeepRecursionKeepsItsRoot) {
  Taken shallow, deep;
  recurse(3, own_, shallow);
  recurse(1000, own_, deep);
  ASSERT_EQ(shallow.walk.end, StackEnd::kComplete);
  ASSERT_EQ(deep.walk.end, StackEnd::kDepthLimit);
  ASSERT_EQ(deep.walk.frame_count, kLimit);
  // All but the frame of this function: it calls from two places.
  EXPECT_TRUE(std::equal(deep.frames.end() - 5, deep.frames.end(),
                         shallow.frames.begin() + shallow.walk.frame_count - 5));
  EXPECT_EQ(deep.frames[kLimit - kRootFrames - 1] + kLimit - 1,
            shallow.walk.frame_count + 1000u - 3u);
}

// Pass: a walk of 100,000 frames is given up after kMaxSteps.
TEST_F(WalkTest, EndlessRecursionIsGivenUp) {
  Taken taken;
  recurse(100'000, own_, taken);
  EXPECT_EQ(taken.walk.end, StackEnd::kDepthLimit);
  EXPECT_EQ(taken.walk.frame_count, kLimit - kRootFrames);
  EXPECT_EQ(taken.frames[taken.walk.frame_count - 1], 0u);
}

// --- Code without rules ------------------------------------------------------------------------

Taken coroutine_taken;

TEST_F(WalkTest, ACoroutinesStackIsForeign) {
  static std::vector<char> memory(1 << 16);
  static ucontext_t coroutine, back;
  static Stacks stacks;
  stacks = own_;
  getcontext(&coroutine);
  coroutine.uc_stack = {memory.data(), 0, memory.size()};
  coroutine.uc_link = &back;
  makecontext(
      &coroutine, [] { take_in_a_hook(stacks, coroutine_taken); }, 0);
  swapcontext(&back, &coroutine);
  EXPECT_EQ(coroutine_taken.walk.end, StackEnd::kForeignStack);
  EXPECT_EQ(coroutine_taken.walk.frame_count, 1u);
}

Taken* callback_taken;
const Stacks* callback_stacks;
[[gnu::noinline]] void call_back() {
  take_in_a_hook(*callback_stacks, *callback_taken);
  asm volatile("" ::: "memory");  // so that the call is no jump
}

class Callback : public WalkTest {
 protected:
  template <class Function>
  Taken taken_through(Function&& function) {
    Taken taken;
    callback_taken = &taken;
    callback_stacks = &own_;
    function();
    return taken;
  }
};

asm(R"(
  .pushsection .text
  .globl plumbline_test_without_rules
  .type plumbline_test_without_rules, @function
plumbline_test_without_rules:
  sub $8, %rsp
  call *%rdi
  add $8, %rsp
  ret
  .size plumbline_test_without_rules, . - plumbline_test_without_rules
  .globl plumbline_test_last_call
  .type plumbline_test_last_call, @function
plumbline_test_last_call:
  .cfi_startproc
  sub $24, %rsp
  .cfi_def_cfa_offset 32
  call *%rdi
  .cfi_endproc
  .size plumbline_test_last_call, . - plumbline_test_last_call
  .type plumbline_test_behind_call, @function
plumbline_test_behind_call:
  .cfi_startproc
  .cfi_def_cfa_offset 4096
  add $24, %rsp
  ret
  .cfi_endproc
  .size plumbline_test_behind_call, . - plumbline_test_behind_call
  .popsection
)");
extern "C" void plumbline_test_without_rules(void (*)());
extern "C" void plumbline_test_last_call(void (*)());

TEST_F(Callback, CodeOfAModuleWithoutRulesEndsTheWalk) {
  const Taken taken = taken_through([] { plumbline_test_without_rules(call_back); });
  EXPECT_EQ(taken.walk.end, StackEnd::kNoRule);
  EXPECT_EQ(taken.walk.frame_count, 2u);
  EXPECT_LT(taken.frames[1] - address_of(plumbline_test_without_rules), 16u);
}

// Fault: a call that is the last instruction of its function, as one that never returns is, has its
// return address in the next function, and that one's frame is unwound.
// Seen in: every unwinder that looks return addresses up as they are. Pass: the walk is complete.
TEST_F(Callback, ACallAtTheEndOfAFunctionHasThatFunctionsRule) {
  const Taken direct = taken_through([] { call_back(); });
  const Taken taken = taken_through([] { plumbline_test_last_call(call_back); });
  EXPECT_EQ(taken.walk.end, StackEnd::kComplete);
  EXPECT_GE(taken.walk.frame_count, direct.walk.frame_count);
  EXPECT_EQ(taken.last(), direct.last());
}

// Code as a compiler in the program would make it.
class MadeCode {
 public:
  explicit MadeCode(std::initializer_list<unsigned char> bytes)
      : memory_(mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
                     -1, 0)) {
    std::copy(bytes.begin(), bytes.end(), static_cast<unsigned char*>(memory_));
  }
  ~MadeCode() { munmap(memory_, 4096); }
  MadeCode(const MadeCode&) = delete;
  MadeCode& operator=(const MadeCode&) = delete;
  void call(void (*function)()) const { reinterpret_cast<void (*)(void (*)())>(memory_)(function); }

 private:
  void* memory_;
};

TEST_F(Callback, MadeCodeWithFramePointersIsGuessedAndMarked) {
  // push %rbp; mov %rsp,%rbp; call *%rdi; pop %rbp; ret
  const MadeCode code({0x55, 0x48, 0x89, 0xe5, 0xff, 0xd7, 0x5d, 0xc3});
  const Taken direct = taken_through([] { call_back(); });
  const Taken taken = taken_through([&code] { code.call(call_back); });
  EXPECT_EQ(taken.walk.end, StackEnd::kGuessed);
  // From the test's body outwards the two stacks are one.
  EXPECT_EQ(taken.frames[taken.walk.frame_count - 1], direct.frames[direct.walk.frame_count - 1]);
}

// Fault: what is in RBP is taken for a frame, and made-up frames are reported.
// Pass: the frames before the guess, and "no rule".
TEST_F(Callback, AGuessThatDoesNotReachTheRootIsTakenBack) {
  // push %rbp; push $0; push $0; mov %rsp,%rbp; call *%rdi; add $16,%rsp; pop %rbp; ret
  const MadeCode zeros(
      {0x55, 0x6a, 0, 0x6a, 0, 0x48, 0x89, 0xe5, 0xff, 0xd7, 0x48, 0x83, 0xc4, 16, 0x5d, 0xc3});
  // push %rbp; push $77; push %rsp; mov %rsp,%rbp; ...: a frame that names itself
  const MadeCode circle(
      {0x55, 0x6a, 77, 0x54, 0x48, 0x89, 0xe5, 0xff, 0xd7, 0x48, 0x83, 0xc4, 16, 0x5d, 0xc3});
  for (const MadeCode* code : {&zeros, &circle}) {
    const Taken taken = taken_through([code] { code->call(call_back); });
    EXPECT_EQ(taken.walk.end, StackEnd::kNoRule);
    EXPECT_EQ(taken.walk.frame_count, 2u);
  }
}

// --- Hostile -----------------------------------------------------------------------------------

// A page of stack between two that cannot be read.
class GuardedStack {
 public:
  static constexpr std::size_t kPage = 4096;
  GuardedStack()
      : memory_(static_cast<std::byte*>(
            mmap(nullptr, 3 * kPage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
    mprotect(memory_ + kPage, kPage, PROT_READ | PROT_WRITE);
  }
  ~GuardedStack() { munmap(memory_, 3 * kPage); }
  GuardedStack(const GuardedStack&) = delete;
  GuardedStack& operator=(const GuardedStack&) = delete;
  std::uintptr_t low() const { return reinterpret_cast<std::uintptr_t>(memory_) + kPage; }
  StackBounds bounds() const { return {low(), low() + kPage}; }
  void set(std::size_t word, std::uintptr_t value) {
    reinterpret_cast<std::uintptr_t*>(memory_ + kPage)[word] = value;
  }

 private:
  std::byte* memory_;
};

// Fault: registers and stacks that hold anything lead a walk out of the stack.
// Seen in: gperftools #374, #471, #525, #665; A10 of the fault catalogue.
// Pass: 1,000,000 walks over random words, half of them code and stack addresses: no fault. That
// all ends are reached shows that the words are hostile enough.
TEST_F(WalkTest, HostileStacksNeverFault) {
  constexpr std::uint64_t kSeed = 20'260'103;
  std::printf("seed %lu\n", kSeed);
  std::mt19937_64 random(kSeed);
  GuardedStack own, other;
  const auto* map = module_map_detail::readers.map.load();
  const auto code_address = [&] {
    const Module& module = map->modules()[random() % map->count];
    return module.code.begin + random() % (module.code.end - module.code.begin);
  };
  const auto stack_address = [&] {
    const std::uintptr_t low = random() % 4 == 0 ? other.low() : own.low();
    return low - 64 + random() % (GuardedStack::kPage + 128);
  };
  const auto word = [&]() -> std::uintptr_t {
    const auto choice = random() % 16;
    if (choice < 7) return code_address();
    if (choice < 14) return stack_address() & ~std::uintptr_t{7};
    return choice == 14 ? 0 : random();
  };
  std::array<greg_t, NGREG> all{};
  std::array<std::uint64_t, format::kStackEndCount> ends{};
  std::array<std::uint64_t, kLimit> frames{};
  for (int i = 0; i < 1'000'000; ++i) {
    for (int change = 0; change < 16; ++change) {
      own.set(random() % 512, word());
      other.set(random() % 512, word());
      all[random() % NGREG] = static_cast<greg_t>(word());
    }
    const Registers registers{.rip = random() % 8 == 0 ? word() : code_address(),
                              .rsp = random() % 8 == 0 ? stack_address() : stack_address() & ~7ul,
                              .rbp = word(),
                              .rbx = word(),
                              .all = random() % 2 == 0 ? all.data() : nullptr,
                              .is_exact = random() % 2 == 0};
    const Stacks stacks{.own = own.bounds(), .alternate = other.bounds()};
    const Walk walked = walk(registers, stacks, frames.data(), kLimit);
    ASSERT_GE(walked.frame_count, 1u) << "seed " << kSeed;
    ASSERT_LE(walked.frame_count, kLimit) << "seed " << kSeed;
    ++ends[static_cast<std::size_t>(walked.end)];
  }
  for (const StackEnd end :
       {StackEnd::kComplete, StackEnd::kNoRule, StackEnd::kOutOfBounds, StackEnd::kForeignStack}) {
    EXPECT_GT(ends[static_cast<std::size_t>(end)], 0u) << "end " << static_cast<int>(end);
  }
}

// Two contexts that name each other would be crossed for ever.
TEST_F(WalkTest, SignalFramesInACircleEnd) {
  // The trampoline's address: what a handler returns to.
  static std::uintptr_t trampoline;
  struct sigaction action {};
  action.sa_handler = [](int) {
    trampoline = reinterpret_cast<std::uintptr_t>(__builtin_return_address(0));
  };
  sigaction(SIGUSR1, &action, nullptr);
  raise(SIGUSR1);
  GuardedStack one, two;
  const std::size_t registers = offsetof(ucontext_t, uc_mcontext.gregs) / 8;
  for (GuardedStack* stack : {&one, &two}) {
    const GuardedStack& next = stack == &one ? two : one;
    stack->set(registers + REG_RIP, trampoline);
    stack->set(registers + REG_RSP, next.low());
  }
  const Stacks stacks{.own = one.bounds(), .alternate = two.bounds()};
  std::array<std::uint64_t, kLimit> frames{};
  const Walk circle = walk({.rip = trampoline, .rsp = one.low()}, stacks, frames.data(), kLimit);
  EXPECT_EQ(circle.end, StackEnd::kDepthLimit);
  one.set(registers + REG_RSP, one.low());
  const Walk itself = walk({.rip = trampoline, .rsp = one.low()}, stacks, frames.data(), kLimit);
  EXPECT_EQ(itself.end, StackEnd::kOutOfBounds);
  EXPECT_EQ(itself.frame_count, 1u);
}

}  // namespace
}  // namespace plumbline::unwind

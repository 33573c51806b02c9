// profiler/unwind/walk.h: walks across signal handlers, on one stack and on two.
#include <gtest/gtest.h>
#include <signal.h>
#include <ucontext.h>

#include <vector>

#include "profiler/unwind/walk.h"
#include "tests/profiler/unwind/taken_walk.h"

namespace plumbline::unwind {
namespace {

using format::StackEnd;
using test::address_of;
using test::take_in_a_hook;
using test::Taken;
using test::WalkTest;

// A trap at the very first instruction of a function, behind one with another frame: what holds at
// the address - 1 is wrong here. The function's caller pushed nothing but the return address.
asm(R"(
  .pushsection .text
  .type plumbline_test_large_frame, @function
plumbline_test_large_frame:
  .cfi_startproc
  .cfi_def_cfa_offset 4096
  ud2
  .cfi_endproc
  .size plumbline_test_large_frame, . - plumbline_test_large_frame
  .globl plumbline_test_trap
  .type plumbline_test_trap, @function
plumbline_test_trap:
  .cfi_startproc
  int3
  ret
  .cfi_endproc
  .size plumbline_test_trap, . - plumbline_test_trap
  .popsection
)");
extern "C" void plumbline_test_trap();

Stacks handler_stacks;
Taken handler_taken;

// One byte of `int3` has been passed when the handler runs; put it back, as for a fault.
void on_trap(int, siginfo_t*, void* argument) {
  auto* context = static_cast<ucontext_t*>(argument);
  --context->uc_mcontext.gregs[REG_RIP];
  take_in_a_hook(handler_stacks, handler_taken);
  ++context->uc_mcontext.gregs[REG_RIP];
}

void handle_traps(int flags) {
  struct sigaction action {};
  action.sa_sigaction = on_trap;
  action.sa_flags = SA_SIGINFO | flags;
  ASSERT_EQ(sigaction(SIGTRAP, &action, nullptr), 0);
}

// Fault: an interrupted instruction further up is taken for a return address, and the frame of the
// function before it is unwound. Pass: the trapping function, then its caller, then the root.
TEST_F(WalkTest, AnInterruptedFirstInstructionHasItsOwnRule) {
  handle_traps(0);
  handler_stacks = own_;
  plumbline_test_trap();
  const Taken& taken = handler_taken;
  EXPECT_EQ(taken.walk.end, StackEnd::kComplete);
  EXPECT_TRUE(taken.has(address_of(plumbline_test_trap) + 1));
}

class WithAlternateStack : public WalkTest {
 protected:
  void SetUp() override {
    WalkTest::SetUp();
    const stack_t stack{memory_.data(), 0, memory_.size()};
    ASSERT_EQ(sigaltstack(&stack, nullptr), 0);
    handle_traps(SA_ONSTACK);
  }
  void TearDown() override {
    const stack_t none{nullptr, SS_DISABLE, 0};
    sigaltstack(&none, nullptr);
  }
  std::vector<char> memory_ = std::vector<char>(1 << 16);
};

TEST_F(WithAlternateStack, IsCrossedWhenItIsKnown) {
  ucontext_t context{};
  sigaltstack(nullptr, &context.uc_stack);
  handler_stacks = {.own = own_.own, .alternate = alternate_stack(context)};
  plumbline_test_trap();
  EXPECT_EQ(handler_taken.walk.end, StackEnd::kComplete);
  EXPECT_TRUE(handler_taken.has(address_of(plumbline_test_trap) + 1));
}

TEST_F(WithAlternateStack, IsForeignWhenItIsNot) {
  handler_stacks = own_;
  plumbline_test_trap();
  EXPECT_EQ(handler_taken.walk.end, StackEnd::kForeignStack);
  EXPECT_EQ(handler_taken.walk.frame_count, 1u);
}

// The frames of the handler and the interrupted instruction are known all the same.
TEST_F(WithAlternateStack, InterruptedOnAForeignStackSaysSo) {
  ucontext_t context{};
  sigaltstack(nullptr, &context.uc_stack);
  handler_stacks = {.own = alternate_stack(context), .alternate = {}};
  plumbline_test_trap();
  EXPECT_EQ(handler_taken.walk.end, StackEnd::kForeignStack);
  EXPECT_EQ(handler_taken.frames[handler_taken.walk.frame_count - 1],
            address_of(plumbline_test_trap) + 1);
}

TEST(AlternateStack, OfAContext) {
  char memory[64];
  ucontext_t context{};
  context.uc_stack = {memory, 0, sizeof memory};
  EXPECT_TRUE(alternate_stack(context).contains(reinterpret_cast<std::uintptr_t>(memory)));
  context.uc_stack.ss_flags = SS_DISABLE;
  EXPECT_EQ(alternate_stack(context).high, 0u);
  context.uc_stack = {memory, 0, ~std::size_t{0}};
  EXPECT_EQ(alternate_stack(context).high, 0u);
}

}  // namespace
}  // namespace plumbline::unwind

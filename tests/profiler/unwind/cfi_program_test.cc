// profiler/unwind/cfi_program.h: every call frame instruction, on hand-made functions.
#include "profiler/unwind/cfi_program.h"

#include <gtest/gtest.h>

#include "tests/profiler/unwind/frame_bytes.h"

namespace plumbline::unwind {
namespace {

using test::CieShape;
using test::FrameBytes;
using test::kCodeAddress;
using test::Program;

constexpr std::uint32_t kFunctionBytes = 1 << 20;

struct Outcome {
  std::vector<Row> rows;  // addresses count from the function's start
  bool malformed = false;
  const Rule& last() const { return rows.back().rule; }
};

Outcome run(const Program& program, const CieShape& shape = {}) {
  FrameBytes frames;
  const std::uint64_t cie = frames.cie(shape);
  const std::uint64_t entry = frames.fde(cie, kCodeAddress, kFunctionBytes, program);
  const std::vector<std::byte> bytes = frames.bytes();
  EhFrame reader({Bytes(bytes), test::kImageAddress}, test::kImageAddress);
  const Fde fde = reader.entry_at(entry);
  EXPECT_TRUE(fde.ok);
  CfiProgram cfi(fde);
  Outcome result;
  for (Row row; cfi.next(row);) {
    row.begin -= kCodeAddress;
    result.rows.push_back(row);
  }
  result.malformed = cfi.malformed();
  return result;
}

Rule stack_rule(std::int32_t offset) { return {.offset = offset, .cfa = Cfa::kStack}; }

TEST(CfiProgram, PushAndPop) {
  // push %rbp; mov %rsp,%rbp; ... pop %rbp; ret
  const Outcome found = run({0x41, 0x0e, 16, 0x86, 2, 0x43, 0x0d, 6, 0x50, 0xc6, 0x0c, 7, 8});
  ASSERT_EQ(found.rows.size(), 4u);
  EXPECT_EQ(found.rows[0].rule, stack_rule(8));
  const Rule pushed{.offset = 16, .rbp_words = -2, .cfa = Cfa::kStack, .rbp = Saved::kAtCfa};
  EXPECT_EQ(found.rows[1].begin, 1u);
  EXPECT_EQ(found.rows[1].rule, pushed);
  EXPECT_EQ(found.rows[2].begin, 4u);
  EXPECT_EQ(found.rows[2].rule.cfa, Cfa::kFrame);
  EXPECT_EQ(found.rows[3].begin, 20u);
  EXPECT_EQ(found.rows[3].rule, stack_rule(8));
}

TEST(CfiProgram, AdvancesOfEveryWidth) {
  const Outcome found = run({0x41, 0x0e, 16,                                            // 1
                             0x02, 0xff, 0x0e, 24,                                      // 1 byte
                             0x03, 0x00, 0x01, 0x0e, 32,                                // 2 bytes
                             0x04, 0x00, 0x00, 0x01, 0x00, 0x0e, 40,                    // 4 bytes
                             0x1d, 0x10, 0,    0,    0,    0,    0,  0, 0, 0x0e, 48});  // 8 bytes
  ASSERT_EQ(found.rows.size(), 6u);
  const std::uint64_t begins[] = {0, 1, 256, 512, 66'048, 66'064};
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(found.rows[i].begin, begins[i]);
    EXPECT_EQ(found.rows[i].rule, stack_rule(static_cast<std::int32_t>(8 * (i + 1))));
  }
}

TEST(CfiProgram, SetLocation) {
  const CieShape absolute{.augmentation_data = {0x00}, .pointer_encoding = 0x00};
  Program program{0x01};
  for (int i = 0; i < 8; ++i) {
    program.push_back(static_cast<std::uint8_t>((kCodeAddress + 9) >> (8 * i)));
  }
  const Outcome found = run(program, absolute);
  ASSERT_EQ(found.rows.size(), 2u);
  EXPECT_EQ(found.rows[1].begin, 9u);
  const Outcome backwards = run({0x41, 0x01, 0, 0, 0, 0, 0, 0, 0, 0}, absolute);
  EXPECT_TRUE(backwards.malformed);
}

TEST(CfiProgram, EveryWayToDefineTheCfa) {
  EXPECT_EQ(run({0x0c, 7, 24}).last(), stack_rule(24));
  EXPECT_EQ(run({0x0c, 6, 16}).last(), (Rule{.offset = 16, .cfa = Cfa::kFrame}));
  EXPECT_EQ(run({0x0c, 10, 0}).last(), (Rule{.cfa = Cfa::kRegister, .base = 10}));
  EXPECT_EQ(run({0x0d, 3}).last(), (Rule{.offset = 8, .cfa = Cfa::kRegister, .base = 3}));
  EXPECT_EQ(run({0x0e, 0x80, 0x20}).last(), stack_rule(4096));
  EXPECT_EQ(run({0x12, 7, 0x7d}).last(), stack_rule(24));  // signed, times -8
  EXPECT_EQ(run({0x13, 0x7c}).last(), stack_rule(32));
  EXPECT_EQ(run({0x0c, 17, 8}).last(), Rule{});  // no general register
}

TEST(CfiProgram, EveryWayToSaveARegister) {
  const Rule saved{.offset = 8, .rbp_words = -3, .cfa = Cfa::kStack, .rbp = Saved::kAtCfa};
  EXPECT_EQ(run({0x86, 3}).last(), saved);
  EXPECT_EQ(run({0x05, 6, 3}).last(), saved);
  EXPECT_EQ(run({0x11, 6, 3}).last(), saved);
  EXPECT_EQ(run({0x2f, 6, 0x03}).last().rbp_words, 3);  // the negated offset
  const Rule rbx{.offset = 8, .rbx_words = -5, .cfa = Cfa::kStack, .rbx = Saved::kAtCfa};
  EXPECT_EQ(run({0x83, 5}).last(), rbx);
  EXPECT_EQ(run({0x8c, 2, 0x8f, 3}).last(), stack_rule(8));  // r12 and r15 are not kept
  EXPECT_EQ(run({0x86, 3, 0xc6}).last(), stack_rule(8));
  EXPECT_EQ(run({0x86, 3, 0x06, 6}).last(), stack_rule(8));
  EXPECT_EQ(run({0x86, 3, 0x08, 6}).last(), stack_rule(8));  // same value
}

TEST(CfiProgram, RegistersThatAreNotInMemoryAreLost) {
  const Rule lost{.offset = 8, .cfa = Cfa::kStack, .rbp = Saved::kLost};
  EXPECT_EQ(run({0x07, 6}).last(), lost);              // undefined
  EXPECT_EQ(run({0x09, 6, 3}).last(), lost);           // in another register
  EXPECT_EQ(run({0x14, 6, 2}).last(), lost);           // a value
  EXPECT_EQ(run({0x15, 6, 2}).last(), lost);           // signed
  EXPECT_EQ(run({0x16, 6, 2, 0x77, 0}).last(), lost);  // by expression
  EXPECT_EQ(run({0x10, 6, 2, 0x73, 0}).last(), lost);  // in memory that RBX points to
}

TEST(CfiProgram, TheReturnAddress) {
  EXPECT_EQ(run({0x07, 16}).last(), Rule{.cfa = Cfa::kRoot});
  EXPECT_EQ(run({0x09, 16, 2}).last(), Rule{});  // longjmp: in RDX
  EXPECT_EQ(run({0x90, 2}).last(), Rule{});      // somewhere else
  EXPECT_EQ(run({0x90, 2, 0xd0}).last(), stack_rule(8));
}

TEST(CfiProgram, RememberedStatesNest) {
  const Outcome found = run({0x0a, 0x41, 0x0e, 16, 0x0a, 0x41, 0x0e, 24, 0x41, 0x0b, 0x41, 0x0b});
  ASSERT_EQ(found.rows.size(), 5u);
  EXPECT_EQ(found.rows[2].rule, stack_rule(24));
  EXPECT_EQ(found.rows[3].rule, stack_rule(16));
  EXPECT_EQ(found.rows[4].rule, stack_rule(8));
  EXPECT_TRUE(run({0x0b}).malformed);
  EXPECT_TRUE(run(Program(17, 0x0a)).malformed);
  EXPECT_FALSE(run(Program(16, 0x0a)).malformed);
}

TEST(CfiProgram, ExpressionOfThePlt) {
  const Outcome found = run({0x0f, 11, 0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22});
  EXPECT_EQ(found.last(), (Rule{.offset = 8, .cfa = Cfa::kPlt, .addend = 11}));
}

TEST(CfiProgram, RealignedFrames) {
  // GCC: CFA = *(RBP - 8), RBP saved where RBP points, RBX at RBP - 40.
  const Outcome found =
      run({0x0f, 3, 0x76, 0x78, 0x06, 0x10, 6, 2, 0x76, 0, 0x10, 3, 2, 0x76, 0x58});
  EXPECT_EQ(found.last(), (Rule{.offset = -8,
                                .rbx_words = -5,
                                .cfa = Cfa::kDereferenced,
                                .rbp = Saved::kAtFrame,
                                .rbx = Saved::kAtFrame,
                                .base = 6}));
  // OpenSSL: CFA = *(RSP + 40) + 8.
  EXPECT_EQ(run({0x0f, 5, 0x77, 40, 0x06, 0x23, 8}).last(),
            (Rule{.offset = 40, .cfa = Cfa::kDereferenced, .base = 7, .addend = 8}));
}

// Fault: an expression that is taken for another gives a wrong caller instead of none.
// Pass: every expression but the known ones is "no rule", and the walk says so.
TEST(CfiProgram, OtherExpressionsAreNoRule) {
  const Program expressions[] = {
      {},                                                               // empty
      {0x77},                                                           // cut off
      {0x77, 8, 0x79, 0, 0x38, 0x1e, 0x22, 0x06, 0x23, 8},              // OpenSSL: RSP + R9 * 8
      {0x77, 8, 0x06, 0x06},                                            // two dereferences
      {0x77, 8, 0x06, 0x23, 8, 0x06},                                   // behind an addition
      {0x77, 8, 0x06, 0x23},                                            // without its number
      {0x77, 8, 0x06, 0x23, 0xff, 0x7f},                                // too large an addend
      {0x77, 8, 0x80, 1, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22},     // nearly a PLT's
      {0x77, 8, 0x80, 0, 0x3e, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22},     //
      {0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22, 0},  //
      {0x80, 0},                                                        // RIP
      {0x03, 0, 0, 0, 0, 0, 0, 0, 0},                                   // an address
  };
  for (const Program& expression : expressions) {
    Program program{0x0f, static_cast<std::uint8_t>(expression.size())};
    for (const std::uint8_t byte : expression) program.push_back(byte);
    const Outcome found = run(program);
    EXPECT_EQ(found.last().cfa, Cfa::kNone) << "expression of " << expression.size();
    EXPECT_FALSE(found.malformed);
  }
}

TEST(CfiProgram, SignalTrampoline) {
  const CieShape signal_frame{.augmentation = "zRS"};
  // glibc's: CFA = *(RSP + 160), RIP at RSP + 168.
  const Program program{0x0f, 4, 0x77, 0xa0, 0x01, 0x06, 0x10, 16, 3, 0x77, 0xa8, 0x01};
  EXPECT_EQ(run(program, signal_frame).last().cfa, Cfa::kSignalFrame);
  EXPECT_EQ(run(program).last().cfa, Cfa::kNone);           // without the S
  EXPECT_EQ(run({}, signal_frame).last().cfa, Cfa::kNone);  // another kind of trampoline
}

TEST(CfiProgram, MalformedProgramsEndWithNoRule) {
  const Program programs[] = {
      {0x41, 0x3f},                             // no such instruction
      {0x41, 0x0c, 7, 0x80, 0x80, 0x80, 0x80},  // a number that runs out (padding ends it)
      {0x41, 0x0f, 0x7f, 0x77},                 // an expression longer than the entry
      {0x1d, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},  // past the end of memory
  };
  EXPECT_TRUE(run(programs[0]).malformed);
  EXPECT_EQ(run(programs[0]).last().cfa, Cfa::kNone);
  EXPECT_EQ(run(programs[0]).rows[0].rule, stack_rule(8));
  EXPECT_TRUE(run(programs[2]).malformed);
  EXPECT_TRUE(run(programs[3]).malformed);
  EXPECT_FALSE(run({0x2e, 16}).malformed);  // GNU_args_size means nothing here
}

TEST(CfiProgram, OffsetsThatDoNotFitAreNoRule) {
  EXPECT_EQ(run({0x0e, 0x80, 0x80, 0x80, 0x80, 0x10}).last().cfa, Cfa::kNone);  // 2^32
  EXPECT_EQ(run({0x86, 0x80, 0x80, 0x04}).last().rbp, Saved::kLost);            // 2^16 words
  EXPECT_EQ(run({0x86, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}).last().rbp,
            Saved::kLost);
}

}  // namespace
}  // namespace plumbline::unwind

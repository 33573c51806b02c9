// profiler/unwind/table_builder.h and rule_table.h: lookups give what the rows say, at every byte.
#include <gtest/gtest.h>

#include <random>

#include "profiler/unwind/cfi_program.h"
#include "profiler/unwind/table_builder.h"
#include "tests/profiler/unwind/frame_bytes.h"

namespace plumbline::unwind {
namespace {

using test::FrameBytes;
using test::kCodeAddress;
using test::kImageAddress;
using test::Program;

class Table {
 public:
  Table(const FrameBytes& frames, std::uint64_t code_bytes)
      : bytes_(frames.bytes()),
        table_(build_table({Bytes(bytes_), kImageAddress}, kImageAddress,
                           {kCodeAddress, kCodeAddress + code_bytes}, totals_)) {}
  ~Table() { destroy_table(table_); }
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;
  const Rule& at(std::uint32_t offset) const { return table_->rule(table_->number_at(offset)); }
  const RuleTable* get() const { return table_; }
  const TableTotals& totals() const { return totals_; }

 private:
  std::vector<std::byte> bytes_;
  TableTotals totals_;
  const RuleTable* table_;
};

Rule stack_rule(std::int32_t offset) { return {.offset = offset, .cfa = Cfa::kStack}; }

TEST(RuleTable, EveryByteOfRandomFunctions) {
  constexpr std::uint64_t kSeed = 20'260'102;
  std::printf("seed %lu\n", kSeed);
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 50; ++round) {
    FrameBytes frames;
    const std::uint64_t cie = frames.cie();
    std::vector<Rule> expected;
    for (int function = 0; function < 40; ++function) {
      expected.resize(expected.size() + random() % (round % 2 == 0 ? 20 : 700));  // a gap
      const std::uint64_t begin = kCodeAddress + expected.size();
      Program program;
      std::int32_t offset = 8;
      for (std::uint64_t row = random() % 30; row > 0; --row) {
        const auto step = static_cast<std::uint8_t>(1 + random() % (round % 3 == 0 ? 2 : 60));
        expected.resize(expected.size() + step, stack_rule(offset));
        offset = static_cast<std::int32_t>(random() % 100 + 1);
        const Program advance{0x02, step, 0x0e, static_cast<std::uint8_t>(offset)};
        program.insert(program.end(), advance.begin(), advance.end());
      }
      expected.resize(expected.size() + 5, stack_rule(offset));
      const auto size = static_cast<std::uint32_t>(kCodeAddress + expected.size() - begin);
      frames.fde(cie, begin, size, program);
    }
    frames.terminator();
    expected.resize(expected.size() + 300);
    const Table table(frames, expected.size());
    ASSERT_NE(table.get(), nullptr);
    for (std::uint32_t at = 0; at < expected.size(); ++at) {
      ASSERT_EQ(table.at(at), expected[at]) << "round " << round << " byte " << at;
    }
  }
}

// More than 16 rows in one bucket: the search goes on behind its first step.
TEST(RuleTable, ARowAtEveryByte) {
  FrameBytes frames;
  const std::uint64_t cie = frames.cie();
  Program program;
  for (int i = 1; i < 1000; ++i) {
    const Program row{0x41, 0x0e, static_cast<std::uint8_t>(i % 100)};
    program.insert(program.end(), row.begin(), row.end());
  }
  frames.fde(cie, kCodeAddress, 1000, program);
  frames.terminator();
  const Table table(frames, 2000);
  ASSERT_NE(table.get(), nullptr);
  EXPECT_EQ(table.at(0), stack_rule(8));
  for (std::uint32_t at = 1; at < 1000; ++at) {
    ASSERT_EQ(table.at(at), stack_rule(static_cast<std::int32_t>(at % 100)));
  }
  EXPECT_EQ(table.at(1000), Rule{});
  EXPECT_EQ(table.at(1999), Rule{});
}

TEST(RuleTable, OfOverlappingFunctionsTheLaterBeginHasTheCode) {
  FrameBytes frames;
  const std::uint64_t cie = frames.cie();
  frames.fde(cie, kCodeAddress, 100, {0x0e, 16, 0x42, 0x0e, 24});
  frames.fde(cie, kCodeAddress + 50, 100, {0x0e, 32});
  frames.fde(cie, kCodeAddress + 50, 10, {0x0e, 40});
  frames.terminator();
  const Table table(frames, 200);
  ASSERT_NE(table.get(), nullptr);
  EXPECT_EQ(table.at(0), stack_rule(16));
  EXPECT_EQ(table.at(49), stack_rule(24));
  EXPECT_EQ(table.at(199), Rule{});
  EXPECT_EQ(table.at(50).cfa, Cfa::kStack);
}

TEST(RuleTable, FunctionsOutsideTheCodeAreRefused) {
  FrameBytes frames;
  const std::uint64_t cie = frames.cie();
  frames.fde(cie, kCodeAddress - 10, 5, {});
  frames.fde(cie, kCodeAddress + 90, 100, {});
  frames.fde(cie, kCodeAddress + 100, 100, {});
  frames.terminator();
  const Table table(frames, 100);
  ASSERT_NE(table.get(), nullptr);
  EXPECT_EQ(table.at(89), Rule{});
  EXPECT_EQ(table.at(99), stack_rule(8));
  EXPECT_EQ(table.totals().functions, 3u);
  EXPECT_EQ(table.totals().functions_refused, 2u);
}

// Fault: a table that names one large entry 100,000 times would be run for hours.
// Pass: at most 8 bytes of instructions per byte of image; the rest is refused and counted.
TEST(RuleTable, WorkIsBoundedByTheSizeOfTheImage) {
  FrameBytes frames;
  const std::uint64_t cie = frames.cie();
  const std::uint64_t large = frames.fde(cie, kCodeAddress, 1000, Program(2000, 0x00));
  frames.terminator();
  std::vector<std::byte> bytes = frames.bytes();
  const std::uint32_t pair[] = {static_cast<std::uint32_t>(kCodeAddress - kImageAddress),
                                static_cast<std::uint32_t>(large - kImageAddress)};
  const std::uint32_t count = 500;
  std::memcpy(&bytes[8], &count, sizeof count);
  for (std::size_t i = 0; i < count; ++i) std::memcpy(&bytes[12 + 8 * i], pair, sizeof pair);
  TableTotals totals;
  const RuleTable* table = build_table({Bytes(bytes), kImageAddress}, kImageAddress,
                                       {kCodeAddress, kCodeAddress + 2000}, totals);
  ASSERT_NE(table, nullptr);
  EXPECT_EQ(totals.functions, count);
  EXPECT_GE(totals.functions_refused, count - 8 * bytes.size() / 2000);
  destroy_table(table);
}

TEST(RuleTable, GarbageGivesNoTable) {
  TableTotals totals;
  const std::vector<std::byte> garbage(100, std::byte{0xa5});
  const CodeRange code{kCodeAddress, kCodeAddress + 100};
  EXPECT_EQ(build_table({Bytes(garbage), kImageAddress}, kImageAddress, code, totals), nullptr);
  EXPECT_EQ(build_table({}, kImageAddress, code, totals), nullptr);
  FrameBytes frames;
  frames.terminator();
  const std::vector<std::byte> sound = frames.bytes();
  const CodeRange huge{kCodeAddress, kCodeAddress + (std::uint64_t{1} << 40)};
  EXPECT_EQ(build_table({Bytes(sound), kImageAddress}, kImageAddress, huge, totals), nullptr);
}

}  // namespace
}  // namespace plumbline::unwind

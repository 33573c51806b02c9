// The readers of folded stacks and of perf script.
#include <gtest/gtest.h>

#include <string>

#include "analysis/formats/read_profile.h"
#include "analysis/io/error.h"
#include "tests/analysis/sound_profile.h"

namespace plumbline::formats {
namespace {

StackProfile read(const std::string& text) {
  StackProfile profile = read_profile_bytes({text, "x.txt"}, "x.txt");
  EXPECT_TRUE(test::is_sound(profile));
  return profile;
}

std::string folded(const StackProfile& profile, std::size_t sample) {
  return folded_stack(profile, profile.samples[sample].stack);
}

std::string refusal(const std::string& text) {
  try {
    read(text);
  } catch (const io::InputError& error) {
    return error.what();
  }
  return "";
}

TEST(Folded, LinesAreStacksAndCounts) {
  const StackProfile profile =
      read("# made by hand\nmain;operator new(unsigned long);x 3\r\n\nmain 4");
  EXPECT_EQ(profile.format, Format::kFolded);
  ASSERT_EQ(profile.samples.size(), 2u);
  EXPECT_EQ(folded(profile, 0), "main;operator new(unsigned long);x");
  EXPECT_EQ(profile.value(0, 0), 3);
  EXPECT_EQ(profile.value(1, 0), 4);
  EXPECT_EQ(profile.sample_types[0].samples, 2u);
}

TEST(Folded, LineWithoutCountIsRefusedWithItsOffset) {
  EXPECT_EQ(refusal("main 4\nmain;work\n"), "x.txt: at byte 7: expected 'frame;frame COUNT'");
  EXPECT_EQ(refusal("main 4.5\n"), "x.txt: at byte 0: expected 'frame;frame COUNT'");
  EXPECT_NE(refusal("# nothing\n").find("has no stacks"), std::string::npos);
}

constexpr const char* kPerf =
    "# captured on: today\n"
    "workload  100/101   5678.123456:     250000 cpu-clock:pppH: \n"
    "\t    55d0c0ffee01 spin(int) (.constprop.0)+0x1f (/opt/my app/workload)\n"
    "\t    55d0c0ffee02 main+0x2 (/opt/my app/workload)\n"
    "\t    7f0000000001 [unknown] ([vdso])\n"
    "\n"
    "my comm 7 100/102 [001] d..2. 5679.123456789:          1 sched:sched_switch: prev_comm=x\n"
    "\t    ffffffff81000000 schedule ([kernel.kallsyms])\n"
    "\t    55d0c0ffee03 inner (inlined)\n"
    "\t    55d0c0ffee03 outer (/opt/workload (deleted))\n"
    "  source.c:12\n"
    "\n"
    "  :-1   101 5680.500000: cycles:u:  7f1234 work+0x1 (/lib/libc.so.6)\n";

TEST(PerfScript, DefaultFieldsAndTheirVariations) {
  const StackProfile profile = read(kPerf);
  EXPECT_EQ(profile.format, Format::kPerfScript);
  ASSERT_EQ(profile.samples.size(), 3u);
  EXPECT_EQ(folded(profile, 0), "main;spin(int) (.constprop.0)");
  EXPECT_EQ(folded(profile, 1), "outer;inner;schedule");
  EXPECT_EQ(folded(profile, 2), "work");
  EXPECT_EQ(profile.samples[0].pid, 100);
  EXPECT_EQ(profile.samples[0].tid, 101);
  EXPECT_EQ(profile.samples[0].timestamp_ns, 5'678'123'456'000);
  EXPECT_EQ(profile.samples[1].timestamp_ns, 5'679'123'456'789);
  EXPECT_EQ(profile.samples[2].tid, 101);
  EXPECT_EQ(profile.samples[2].pid, kNoId);
  EXPECT_EQ(profile.duration_ns, 2'376'544'000);
  EXPECT_EQ(profile.skipped_records, 1u);  // the source line
}

TEST(PerfScript, EachEventIsATypeWithItsPeriodAsValue) {
  const StackProfile profile = read(kPerf);
  const auto clock = find_sample_type(profile, "cpu-clock");
  const auto switches = find_sample_type(profile, "sched:sched_switch");
  const auto cycles = find_sample_type(profile, "cycles");
  ASSERT_TRUE(clock && switches && cycles);
  EXPECT_EQ(profile.name(profile.sample_types[*clock].unit), "nanoseconds");
  EXPECT_EQ(profile.value(0, *clock), 250'000);
  EXPECT_EQ(profile.value(0, *switches), 0);
  EXPECT_EQ(profile.value(1, *switches), 1);
  EXPECT_EQ(profile.value(2, *cycles), 1);  // none was printed
  EXPECT_EQ(profile.value(2, 0), 1);
  EXPECT_EQ(profile.sample_types[*clock].samples, 1u);
}

TEST(PerfScript, NamesBinariesAndThreads) {
  const StackProfile profile = read(kPerf);
  const auto stack = profile.stack(profile.samples[0].stack);
  ASSERT_EQ(stack.size(), 3u);
  EXPECT_EQ(profile.name(profile.frames[stack[0]].mapping), "[vdso]");
  EXPECT_FALSE(profile.frames[stack[0]].named);
  EXPECT_EQ(profile.name(profile.frames[stack[2]].mapping), "workload");
  EXPECT_TRUE(profile.frames[profile.stack(profile.samples[1].stack)[1]].inlined);
  const auto labels = profile.labels_of(profile.samples[1]);
  ASSERT_EQ(labels.size(), 1u);
  EXPECT_EQ(profile.name(labels[0].key), "thread name");
  EXPECT_EQ(profile.name(labels[0].text), "my comm 7");
}

}  // namespace
}  // namespace plumbline::formats

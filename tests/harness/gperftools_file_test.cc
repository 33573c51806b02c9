// gperftools' binary profiles: read to the last stack, refused when anything is amiss.
#include "harness/profilers/gperftools_file.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "analysis/io/error.h"

// Not inlined and of C linkage, so that its address and name are known.
extern "C" [[gnu::noinline]] int named_for_the_symbolizer(int value) { return value * 3 + 1; }

namespace plumbline::harness {
namespace {

std::string words(std::initializer_list<std::uint64_t> values) {
  std::string bytes;
  for (const std::uint64_t value : values) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  return bytes;
}

const std::string kHeader = words({0, 3, 0, 1000, 0});
const std::string kTrailer = words({0, 1, 0});

std::string complaint(const std::string& bytes) {
  try {
    parse_gperftools(bytes, "x.prof");
  } catch (const io::InputError& error) {
    return error.what();
  }
  return "";
}

TEST(GperftoolsFile, GivesPeriodStacksAndMaps) {
  const std::string bytes =
      kHeader + words({5, 2, 0x10, 0x20}) + words({7, 1, 0x30}) + kTrailer + "maps here\n";
  const GperftoolsProfile profile = parse_gperftools(bytes, "x.prof");
  EXPECT_EQ(profile.period_ns, 1'000'000);
  ASSERT_EQ(profile.stacks.size(), 2u);
  EXPECT_EQ(profile.stacks[0].samples, 5u);
  EXPECT_EQ(profile.stacks[0].addresses, (std::vector<std::uint64_t>{0x10, 0x20}));
  EXPECT_EQ(profile.stacks[1].samples, 7u);
  EXPECT_EQ(profile.maps, "maps here\n");
  EXPECT_TRUE(is_gperftools_profile(bytes));
  EXPECT_FALSE(is_gperftools_profile("main;f 3\n"));
  EXPECT_FALSE(is_gperftools_profile(""));
}

TEST(GperftoolsFile, ReadsALongerHeaderOfALaterVersion) {
  const std::string bytes = words({0, 5, 0, 2000, 0, 0, 0}) + words({1, 1, 0x10}) + kTrailer;
  const GperftoolsProfile profile = parse_gperftools(bytes, "x.prof");
  EXPECT_EQ(profile.period_ns, 2'000'000);
  EXPECT_EQ(profile.stacks.size(), 1u);
}

// Fault: a profile that was cut loses its last stacks without a word. Seen in: profiles of programs
// that were killed. Pass: every cut before the trailer's end is refused, with the byte.
TEST(GperftoolsFile, EveryCutIsRefused) {
  const std::string bytes = kHeader + words({5, 2, 0x10, 0x20}) + kTrailer;
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_NE(complaint(bytes.substr(0, length)).find("at byte"), std::string::npos) << length;
  }
  EXPECT_EQ(complaint(bytes), "");
}

TEST(GperftoolsFile, HostileCountsAreRefusedAndNotAllocated) {
  constexpr std::uint64_t kHuge = ~std::uint64_t{0};
  for (const std::string& stack :
       {words({1, kHuge, 1}), words({1, 0, 1}), words({1, 1 << 20, 1}), words({kHuge, 1, 1})}) {
    EXPECT_NE(complaint(kHeader + stack + kTrailer), "");
  }
  EXPECT_NE(complaint(words({0, kHuge, 0, 1000, 0})), "");
  EXPECT_NE(complaint(words({0, 3, 0, 0, 0}) + kTrailer), "");      // no period
  EXPECT_NE(complaint(words({0, 3, 9, 1000, 0}) + kTrailer), "");   // another version
  EXPECT_NE(complaint(words({0, 3ull << 56, 0, 1000, 0})), "");     // the other byte order
  EXPECT_NE(complaint(words({3ull << 32, 1000ull << 32, 0})), "");  // words of 4 bytes
}

TEST(GperftoolsFile, MapsThatMakeNoSenseGiveNoModules) {
  EXPECT_TRUE(modules_of_maps("").empty());
  EXPECT_TRUE(modules_of_maps("nonsense\n-\nzz-yy r-xp 0 0 0 /bin/sh\n").empty());
  EXPECT_TRUE(modules_of_maps("1000-2000 r-xp 00000000 08:01 1   /nowhere/at/all\n").empty());
  EXPECT_TRUE(modules_of_maps("1000-2000 rw-p 00000000 08:01 1   /bin/sh\n").empty());
  EXPECT_TRUE(modules_of_maps("1000-2000 r-xp 00000000 00:00 0   [vdso]\n").empty());
}

// A profile of this very process: the leaf by its address, the caller by a return address.
TEST(GperftoolsFile, NamesTheFunctionsOfARunningProgram) {
  std::ifstream maps("/proc/self/maps");
  const std::string text{std::istreambuf_iterator<char>(maps), {}};
  const auto address = reinterpret_cast<std::uint64_t>(&named_for_the_symbolizer);
  const std::filesystem::path file = std::filesystem::path(::testing::TempDir()) / "self.prof";
  std::ofstream(file) << kHeader << words({3, 2, address, 0x10})  // its leaf
                      << words({2, 2, 0x10, address + 4})         // called something
                      << words({1, 2, address, address + 4})      // recursion counts once
                      << kTrailer << text;
  const Profile profile = read_gperftools(file);
  const EndpointProfile& process = profile.endpoints.at(std::string(kWholeProcess));
  EXPECT_EQ(process.samples, 6u);
  EXPECT_EQ(process.function_samples.at("named_for_the_symbolizer"), 6u);
  EXPECT_EQ(process.function_cpu_ns.at("named_for_the_symbolizer"), 6'000'000);
  EXPECT_EQ(claimed(profile.claims), (std::vector<std::string>{"cpu", "functions"}));
}

}  // namespace
}  // namespace plumbline::harness

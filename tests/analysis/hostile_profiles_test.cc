// Profiles that were made to do harm: each is refused or read, within the limits.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "analysis/formats/read_profile.h"
#include "analysis/formats/stack_profile_builder.h"
#include "analysis/formats/unpacked.h"
#include "analysis/io/error.h"
#include "tests/analysis/profile_builders.h"
#include "tests/analysis/sound_profile.h"

namespace plumbline::formats {
namespace {

using test::PprofBuilder;
using test::WireWriter;

std::string small_pprof() {
  PprofBuilder builder;
  builder.type("cpu").type("wall").duration_ns(1'000'000'000);
  builder.sample("main;foo>bar", {1, 2}, {.text = {{"k", "v"}}, .numbers = {{"thread id", 7}}});
  builder.sample("main;@libx.so", {3, 4});
  return builder.bytes();
}

std::string small_otlp() {
  return test::otlp_file({{.type = "cpu",
                           .duration_ns = 5,
                           .samples = {{.stack = "main;work",
                                        .values = {1},
                                        .times_ns = {2},
                                        .attributes = {{"a", "b"}},
                                        .span_id = std::string(8, '\x01')}},
                           .resource = {{"service.name", "x"}}}});
}

std::string refusal(const std::string& bytes, const std::string& name) {
  try {
    const StackProfile profile = read_profile_bytes({bytes, name}, name);
    EXPECT_TRUE(test::is_sound(profile));
  } catch (const io::InputError& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    return error.what();
  }
  return "";
}

std::string file_refusal(const std::string& bytes) {
  const auto file = std::filesystem::temp_directory_path() / "plumbline_hostile_profile";
  std::ofstream(file, std::ios::binary) << bytes;
  std::string what;
  try {
    read_profile(file);
  } catch (const io::InputError& error) {
    what = error.what();
  }
  std::filesystem::remove(file);
  return what;
}

TEST(HostileProfiles, CutAtEveryLengthAndEveryByteWrong) {
  for (const auto& [bytes, name] : {std::pair{small_pprof(), std::string("profile")},
                                    std::pair{small_otlp(), std::string("x.otlp")}}) {
    ASSERT_EQ(refusal(bytes, name), "");
    for (std::size_t size = 0; size < bytes.size(); ++size) refusal(bytes.substr(0, size), name);
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      for (const unsigned flipped : {0x01u, 0x04u, 0x80u, 0xFFu}) {
        std::string damaged = bytes;
        damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ flipped);
        refusal(damaged, name);
      }
    }
  }
}

TEST(HostileProfiles, PackedFilesAreTheirContents) {
  const std::string plain = small_pprof();
  for (const std::string& packed :
       {plain, test::gzipped(plain), test::zstd_packed(plain), test::lz4_packed(plain),
        test::zstd_packed(test::gzipped(plain)), test::lz4_packed(test::gzipped(plain))}) {
    EXPECT_EQ(file_refusal(packed), "");
  }
  // Members in a row are one file.
  const std::size_t half = plain.size() / 2;
  EXPECT_EQ(file_refusal(test::gzipped(plain.substr(0, half)) + test::gzipped(plain.substr(half))),
            "");
}

TEST(HostileProfiles, PackedFilesThatEndEarlyAreRefused) {
  const std::string plain = small_pprof();
  for (std::string packed :
       {test::gzipped(plain), test::zstd_packed(plain), test::lz4_packed(plain)}) {
    packed.resize(packed.size() - 5);
    EXPECT_NE(file_refusal(packed), "");
  }
}

// Fault: a small file that unpacks to any size. Pass: refused at the limit, here a smaller one.
TEST(HostileProfiles, BombsAreRefusedAtTheLimit) {
  constexpr std::size_t kLimitBytes = 4 << 20;
  const auto file = std::filesystem::temp_directory_path() / "plumbline_hostile_bomb";
  for (const std::size_t size_bytes : {kLimitBytes, kLimitBytes + 1}) {
    const std::string zeros(size_bytes, '\0');
    for (const std::string& bomb :
         {test::gzipped(zeros), test::zstd_packed(zeros), test::lz4_packed(zeros)}) {
      ASSERT_LT(bomb.size(), kLimitBytes);
      std::ofstream(file, std::ios::binary) << bomb;
      std::string what;
      try {
        const UnpackedFile unpacked(file, kLimitBytes);
        EXPECT_EQ(unpacked.input().bytes, zeros);
      } catch (const io::InputError& error) {
        what = error.what();
      }
      EXPECT_EQ(what.find("once unpacked") != what.npos, size_bytes > kLimitBytes) << what;
    }
  }
  std::filesystem::remove(file);
}

TEST(HostileProfiles, StacksThatGrowByReferenceAreRefused) {
  // One location of 1,000 inlined functions, 20 times in one stack: 20,000 frames in 3 kB.
  std::string location = "f";
  for (int line = 1; line < 1000; ++line) location += ">f";
  std::string stack = location;
  for (int repeat = 1; repeat < 20; ++repeat) stack += ";" + location;
  PprofBuilder builder;
  builder.type("cpu").sample(stack, {1});
  EXPECT_NE(refusal(builder.bytes(), "profile").find("too deep"), std::string::npos);
}

TEST(HostileProfiles, TypesWithoutEndAreRefused) {
  PprofBuilder builder;
  for (std::size_t type = 0; type <= kMaxSampleTypes; ++type) builder.type("cpu");
  EXPECT_NE(refusal(builder.bytes(), "profile"), "");
  std::vector<test::OtlpProfileText> profiles(kMaxSampleTypes + 1);
  for (std::size_t type = 0; type < profiles.size(); ++type) {
    profiles[type].type = "type" + std::to_string(type);
  }
  EXPECT_NE(refusal(test::otlp_file(profiles), "x.otlp").find("types of samples"),
            std::string::npos);
}

TEST(HostileProfiles, JsonOfAnyDepthOrKindIsRefused) {
  EXPECT_NE(refusal("{\"a\":" + std::string(100'000, '['), "x.otlp.json"), "");
  EXPECT_NE(refusal("[]", "x.otlp.json"), "");
  EXPECT_NE(refusal("{\"resourceProfiles\": 5}", "x.otlp.json"), "");
  EXPECT_NE(refusal("{\"resourceProfiles\": [5]}", "x.otlp.json"), "");
  EXPECT_NE(
      refusal("{\"resourceProfiles\": [], \"dictionary\": {\"linkTable\": [{\"traceId\": 1}]}}",
              "x.otlp.json"),
      "");
  EXPECT_NE(refusal("{\"resourceProfiles\": 1e999}", "x.otlp.json"), "");
}

TEST(HostileProfiles, ControlCharactersAndLongNamesInText) {
  EXPECT_NE(refusal(std::string(kMaxNameBytes + 1, 'a') + " 1\n", "x.folded"), "");
  std::string deep = "a";
  for (std::size_t frame = 0; frame < kMaxDepth; ++frame) deep += ";a";
  EXPECT_NE(refusal(deep + " 1\n", "x.folded").find("frames in one stack"), std::string::npos);
}

}  // namespace
}  // namespace plumbline::formats

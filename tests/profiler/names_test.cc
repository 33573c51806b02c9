// profiler/capture/names.h: equal names get equal numbers, secrets are cut off, a flood is counted.
#include "profiler/capture/names.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "profiler/base/counter.h"
#include "profiler/capture/recording_state.h"

namespace plumbline::capture {
namespace {

TEST(Names, EqualNamesHaveEqualNumbers) {
  const std::string one = "GET /report", other = "GET /report";
  EXPECT_EQ(intern_name(one), intern_name(other));
  EXPECT_NE(intern_name("GET /report"), intern_name("GET /reports"));
  EXPECT_EQ(interned_name(intern_name("GET /report")), "GET /report");
}

TEST(Names, EmptyIsAName) { EXPECT_EQ(interned_name(intern_name("")), ""); }

// A query string holds tokens and makes every request a name of its own.
TEST(Names, AreCutAtQueryAndFragment) {
  EXPECT_EQ(intern_name("GET /a?token=secret"), intern_name("GET /a"));
  EXPECT_EQ(intern_name("GET /abcdefgh#part"), intern_name("GET /abcdefgh"));
  EXPECT_EQ(interned_name(intern_name("/x/y/z/1234567?a#b")), "/x/y/z/1234567");
}

TEST(Names, AreCutAtTheLongestLength) {
  const std::string longest(kMaxNameBytes, 'x');
  EXPECT_EQ(intern_name(longest + "yyy"), intern_name(longest));
}

// A reader that insists on UTF-8 must not meet half a character.
TEST(Names, AreNotCutInsideACharacter) {
  const std::string filler(kMaxNameBytes - 3, 'x');
  const std::string two = "\u00e9", three = "\u20ac", four = "\U0001f600";
  EXPECT_EQ(interned_name(intern_name(filler + three + "y")), filler + three);
  EXPECT_EQ(interned_name(intern_name(filler + "ab" + two)), filler + "ab");
  EXPECT_EQ(interned_name(intern_name(filler + "a" + three)), filler + "a");
  EXPECT_EQ(interned_name(intern_name(filler + four + "y")), filler);
}

// Names are bytes: what is not UTF-8 stays what it is, and a long tail of it is cut at the limit.
TEST(Names, ThatAreNotUtf8AreKept) {
  const std::string latin = "caf\xe9 \xff", tail(2 * kMaxNameBytes, '\x80');
  EXPECT_EQ(interned_name(intern_name(latin)), latin);
  EXPECT_EQ(interned_name(intern_name(tail)), tail.substr(0, kMaxNameBytes));
}

// Runs last by its name's order in the file: it fills the table for good.
TEST(NamesFlood, IsCountedAndKeepsEarlierNames) {
  const std::uint32_t early = intern_name("early");
  const std::uint64_t before = base::read(recording.names_without_room);
  constexpr std::uint32_t kThreads = 4, kNamesEach = kMaxNames;
  std::vector<std::thread> threads;
  std::atomic<std::uint64_t> refused{0};
  for (std::uint32_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (std::uint32_t i = 0; i < kNamesEach; ++i) {
        const std::string name = std::to_string(t) + "/" + std::to_string(i);
        if (intern_name(name) == kOtherName) ++refused;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(base::read(recording.names_without_room) - before, refused.load());
  EXPECT_GT(refused.load(), std::uint64_t{(kThreads - 1) * kNamesEach});
  EXPECT_EQ(intern_name("early"), early);
  EXPECT_EQ(interned_name(kOtherName), "<other>");
}

}  // namespace
}  // namespace plumbline::capture

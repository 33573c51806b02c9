// A program without frame pointers and without debug information, recorded as it is.
//
// Fault: stacks of such programs end at the first function, miss callers, or have no names.
// Seen in: every profiler that walks frame pointers; the caller that was looked for was missing in
// 99.6-100 % of its samples. Pass: at least 99 % of the stacks are complete, and the functions that
// the symbol table names are there, in the order of their calls. Of a program that was stripped the
// stacks are as complete, and frames read [module+offset].
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "analysis/recording/reader.h"
#include "analysis/recording/symbolizer.h"

namespace plumbline {
namespace {

using analysis::Index;
using analysis::Recording;

using Names = std::vector<std::string>;

Recording record(const std::string& program) {
  const std::filesystem::path output =
      std::filesystem::temp_directory_path() / ("plumbline-nameless-" + std::to_string(getpid()));
  std::filesystem::remove(output);
  const std::string command = std::string(PLUMBLINE) + " record --rate 1000 -o " + output.string() +
                              " -- " + program + " >/dev/null";
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  Recording recording = analysis::read_recording(output);
  std::filesystem::remove(output);
  return recording;
}

// Names from the leaf up, of samples or (`at_call`) of waits.
Names names_of(const Recording& recording, analysis::Symbolizer& symbolizer, Index stack,
               bool at_call) {
  Names names;
  const auto& stacks = recording.stacks;
  for (std::uint64_t at = stacks.first[stack]; at < stacks.first[stack + 1]; ++at) {
    const bool is_leaf = at == stacks.first[stack] && !at_call;
    const std::uint64_t frame = stacks.frames[at];
    for (const auto& location : is_leaf ? symbolizer.at(frame) : symbolizer.at_call_before(frame)) {
      names.push_back(location.function.substr(0, location.function.find('(')));
    }
  }
  return names;
}

// Whether `wanted` are among `names` in this order, with others between them.
bool has_in_order(const Names& names, const Names& wanted) {
  auto from = names.begin();
  for (const std::string& name : wanted) {
    from = std::find(from, names.end(), name);
    if (from == names.end()) return false;
    ++from;
  }
  return true;
}

double complete_share(const Recording& recording, const std::vector<Index>& stacks) {
  const auto complete = std::count_if(stacks.begin(), stacks.end(), [&](Index stack) {
    return recording.stacks.end[stack] == format::StackEnd::kComplete;
  });
  return static_cast<double>(complete) / static_cast<double>(stacks.size());
}

// Of the stacks, those with `wanted` in order.
double share_with(const Recording& recording, const std::vector<Index>& stacks, bool at_call,
                  const std::vector<Names>& wanted) {
  analysis::Symbolizer symbolizer(recording.modules);
  const auto found = std::count_if(stacks.begin(), stacks.end(), [&](Index stack) {
    const Names names = names_of(recording, symbolizer, stack, at_call);
    return std::any_of(wanted.begin(), wanted.end(),
                       [&](const Names& one) { return has_in_order(names, one); });
  });
  return static_cast<double>(found) / static_cast<double>(stacks.size());
}

void expect_complete(const Recording& recording) {
  ASSERT_GT(recording.samples.size(), 100U);
  ASSERT_GT(recording.waits.size(), 5U);
  const double samples = complete_share(recording, recording.samples.stack);
  const double waits = complete_share(recording, recording.waits.stack);
  std::printf("%zu samples, %.2f %% complete; %zu waits, %.2f %%\n", recording.samples.size(),
              100 * samples, recording.waits.size(), 100 * waits);
  EXPECT_GE(samples, 0.99);
  EXPECT_GE(waits, 0.99);
}

// The way from main to the leaf, by qsort or by 21 calls of the recursion.
TEST(NamelessProgram, HasNamedCompleteStacks) {
  const Recording recording = record(NAMELESS);
  expect_complete(recording);
  Names sorting{"spin_here", "calls_spin", "compares", "sorts", "works", "main"};
  Names recursion{"spin_here", "calls_spin", "works", "main"};
  recursion.insert(recursion.begin() + 2, 21, "recurses");
  // spin_here takes nearly all of the CPU.
  const double samples =
      share_with(recording, recording.samples.stack, false, {sorting, recursion});
  EXPECT_GE(samples, 0.95);
  const double waits =
      share_with(recording, recording.waits.stack, true, {{"sleeps_here", "works", "main"}});
  EXPECT_GE(waits, 0.95);
  std::printf("%.2f %% of the samples and %.2f %% of the waits are named from end to end\n",
              100 * samples, 100 * waits);
}

TEST(NamelessProgram, HasCompleteStacksWhenItWasStripped) {
  const Recording recording = record(STRIPPED);
  expect_complete(recording);
  analysis::Symbolizer symbolizer(recording.modules);
  const std::string module = "[" + std::filesystem::path(STRIPPED).filename().string() + "+0x";
  std::size_t in_program = 0;
  for (const Index stack : recording.samples.stack) {
    const Names names = names_of(recording, symbolizer, stack, false);
    in_program += names.front().rfind(module, 0) == 0 ? 1 : 0;
    EXPECT_EQ(std::count(names.begin(), names.end(), "spin_here"), 0) << "it was not stripped";
  }
  EXPECT_GE(in_program, recording.samples.size() * 95 / 100);
}

}  // namespace
}  // namespace plumbline

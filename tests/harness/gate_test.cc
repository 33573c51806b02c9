// The one answer: verdicts to exit codes.
#include <gtest/gtest.h>

#include "harness/scoring/gate.h"

namespace plumbline::harness {
namespace {

Results with_verdicts(std::initializer_list<Verdict> verdicts) {
  Results results;
  for (const Verdict verdict : verdicts) results.cells.emplace_back().verdict = verdict;
  return results;
}

TEST(ExitCode, FollowsItsPrecedence) {
  using enum Verdict;
  const auto code = [](std::initializer_list<Verdict> verdicts, const char* unfit = "") {
    return summarize(with_verdicts(verdicts), unfit).exit_code;
  };
  EXPECT_EQ(code({kPass}), 0);
  EXPECT_EQ(code({kPass, kSkipped, kVacuous}), 0);
  EXPECT_EQ(code({kPass, kSkipped, kInconclusive}), 3);
  EXPECT_EQ(code({kPass, kSkipped, kInconclusive, kFail}), 1);
  EXPECT_EQ(code({kPass, kFail}, "machine unfit"), 1);  // another scenario failed fairly
  EXPECT_EQ(code({kPass}, "machine unfit"), 3);
  EXPECT_EQ(code({kSkipped}), 77);
  EXPECT_EQ(code({kVacuous, kSkipped}), 3);
}

}  // namespace
}  // namespace plumbline::harness

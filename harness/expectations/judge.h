// Holds profiles against an expected_profile.json by the rules of DataDog/prof-correctness.
//
// Called by `plumbline check`. Every file is judged alone. Of each assertion:
//   value    |matching - expected| / expected * 100 > margin fails; an expected 0 wants exactly 0
//   percent  the share of the type's total, cut to whole points: [p - m, p + m + 1) is accepted
//   sum      the matching values of all entries together; what two of them match counts twice
// With scale_by_duration, expected values are rates and multiplied by the file's duration, if any.
// Strict: also says which expectations could hardly fail (vacuous.h).
// Thread rule: one thread. Failure: io::InputError for a profile that cannot be read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "harness/expectations/expected_profile.h"

namespace plumbline::harness::expectations {

enum class AssertionKind { kValue, kPercent, kSum, kFiles, kType };

enum class AssertionVerdict {
  kPass,
  kFail,
  kAllowed,  // failed in the first file, which may
};

struct Assertion {
  AssertionKind kind = AssertionKind::kValue;
  AssertionVerdict verdict = AssertionVerdict::kPass;
  std::string place;  // "stacks[0].stack-content[1]"
  std::string file;   // as found; "" when none was
  std::string profile_type;
  std::string what;  // the regular expression; what is missing, of files and types
  double expected = 0;
  std::int64_t margin = 0;  // points of percent, per cent of the rest
  std::int64_t actual = 0;
  double error = 0;  // in the margin's unit; infinite when nothing was expected and something found
};

struct Check {
  std::vector<Assertion> assertions;
  std::vector<std::string> notes;     // about the profiles, which change no verdict
  std::vector<std::string> warnings;  // of strict: what of the expectations is vacuous
  std::size_t passed = 0, failed = 0, allowed = 0;
  bool stopped = false;  // a type was missing: nothing behind it was judged, as in theirs
};

struct CheckOptions {
  std::filesystem::path expected_file;  // for errors
  std::filesystem::path profiles;       // a file or a folder
  bool strict = false;
};

Check judge(const ExpectedProfile& expected, const CheckOptions& options);

// Their exit codes, 0 and 1; 3 when strict has warnings and nothing failed.
int exit_code_of(const Check& check);

}  // namespace plumbline::harness::expectations

// DataDog/prof-correctness' expected_profile.json, read and written unchanged.
//
// Used by `plumbline check`. Field names are theirs, dashes and underscores as they mixed them.
// What their reader refuses is refused (5.0 where an integer is due, a label with both or neither
// of its two forms, an assertion without a figure); null counts as absent, as their own capture
// writes it. Keys that they do not know are ignored, and listed.
// Bounds: 16 MB, 16 levels. Thread rule: plain data, pure functions.
// Failure: io::InputError with file and field.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace plumbline::harness::expectations {

struct ExpectedLabel {
  std::string key;
  std::optional<std::vector<std::string>> values;  // sorted
  std::string values_regex;                        // when there are no values
};

struct ExpectedContent {
  std::string regular_expression;
  std::optional<std::int64_t> value, percent, error_margin;
  std::vector<ExpectedLabel> labels;
};

struct ExpectedStacks {
  std::string profile_type;
  std::string pprof_regex;  // "": the one of the whole file
  std::vector<ExpectedContent> content;
  std::int64_t error_margin = 0;
  std::optional<std::int64_t> value_matching_sum;
};

struct ExpectedProfile {
  std::string test_name, note;
  bool scale_by_duration = false;
  std::string pprof_regex;
  bool allow_first_profile_failure = false;
  std::vector<ExpectedStacks> stacks;
  // "stacks[0].error_margin": keys that mean nothing where they stand.
  std::vector<std::string> ignored_keys;
};

ExpectedProfile read_expected_profile(const std::filesystem::path& file);
ExpectedProfile expected_profile_from_json(std::string_view text,
                                           const std::filesystem::path& file);

// As JSON that their schema accepts: what is absent is not written.
std::string expected_profile_json(const ExpectedProfile& expected);

}  // namespace plumbline::harness::expectations

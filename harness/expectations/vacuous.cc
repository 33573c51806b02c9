#include "harness/expectations/vacuous.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/expectations/go_regex.h"

namespace plumbline::harness::expectations {
namespace {

constexpr std::int64_t kVacuousMargin = 100;

// A pattern that finds itself in all of these asks for nothing.
bool matches_everything(const std::string& pattern) {
  constexpr std::array<std::string_view, 4> kUnlike = {"", "x", "main;operator new(unsigned long)",
                                                       "\xE2\x82\xAC;9 8"};
  const GoRegex regex(pattern, "");
  return std::all_of(kUnlike.begin(), kUnlike.end(),
                     [&](std::string_view text) { return regex.matches(text); });
}

// Without overflow, whatever the file says.
bool accepts(std::int64_t percent, std::int64_t margin, std::int64_t actual) {
  const double difference = static_cast<double>(percent) - static_cast<double>(actual);
  return std::abs(difference) <= static_cast<double>(margin);
}

void add_content(const ExpectedContent& content, std::int64_t margin, const std::string& place,
                 std::vector<std::string>& warnings) {
  const bool figure = content.value || content.percent;
  if (content.percent && accepts(*content.percent, margin, 0) &&
      accepts(*content.percent, margin, 100)) {
    warnings.push_back(
        fmt::format("{}: {} % +/- {} accepts every share", place, *content.percent, margin));
  } else if (figure && margin >= kVacuousMargin) {
    warnings.push_back(
        fmt::format("{}: a margin of {} % accepts that nothing matches", place, margin));
  }
  if (content.percent && content.labels.empty() && accepts(*content.percent, margin, 100) &&
      matches_everything(content.regular_expression)) {
    warnings.push_back(
        fmt::format("{}: the pattern matches every stack, and all is always 100 % of all", place));
  }
}

// "error-margin" where "error_margin" is meant, and the like: both are theirs, each in its place.
bool looks_known(std::string_view key) {
  constexpr std::array<std::string_view, 15> kKnown = {"test_name",
                                                       "note",
                                                       "scale_by_duration",
                                                       "pprof_regex",
                                                       "stacks",
                                                       "labels",
                                                       "profile_type",
                                                       "stack_content",
                                                       "value_matching_sum",
                                                       "value",
                                                       "percent",
                                                       "error_margin",
                                                       "regular_expression",
                                                       "values_regex",
                                                       "allow_first_profile_failure"};
  std::string plain(key.substr(key.rfind('.') + 1));  // npos + 1 is 0
  std::replace(plain.begin(), plain.end(), '-', '_');
  return std::find(kKnown.begin(), kKnown.end(), plain) != kKnown.end();
}

}  // namespace

std::vector<std::string> vacuous_expectations(const ExpectedProfile& expected) {
  std::vector<std::string> warnings;
  if (expected.stacks.empty()) warnings.emplace_back("stacks: is empty: nothing is asserted");
  for (std::size_t index = 0; index < expected.stacks.size(); ++index) {
    const ExpectedStacks& stacks = expected.stacks[index];
    const std::string place = fmt::format("stacks[{}]", index);
    if (stacks.value_matching_sum && stacks.error_margin >= kVacuousMargin) {
      warnings.push_back(
          fmt::format("{}: value-matching-sum with a margin of {} % accepts that "
                      "nothing matches",
                      place, stacks.error_margin));
    }
    for (std::size_t entry = 0; entry < stacks.content.size(); ++entry) {
      const ExpectedContent& content = stacks.content[entry];
      add_content(content, content.error_margin.value_or(stacks.error_margin),
                  fmt::format("{}.stack-content[{}]", place, entry), warnings);
    }
  }
  for (const std::string& key : expected.ignored_keys) {
    if (!looks_known(key)) continue;
    warnings.push_back(key + ": is ignored here; mind the dashes and underscores");
  }
  return warnings;
}

std::string vacuous_files(const ExpectedProfile& expected, std::string_view place,
                          std::size_t files) {
  if (!expected.allow_first_profile_failure || files != 1) return "";
  return fmt::format("{}: the only profile is the first, which may fail", place);
}

}  // namespace plumbline::harness::expectations

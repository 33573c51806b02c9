// A profile as expectations see it: folded stacks, labels under canonical keys, sums of one type.
//
// Used by the judge and by the capture, one view for one file.
// Thread rule: one thread; the profile must outlive it. Failure: io::InputError with the file when
// its stacks, written out, or its sums are beyond reason.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/formats/stack_profile.h"
#include "harness/expectations/expected_profile.h"
#include "harness/expectations/go_regex.h"

namespace plumbline::harness::expectations {

// An ExpectedContent's conditions, ready to be asked.
class Condition {
 public:
  Condition(const ExpectedContent& content, std::string_view where);
  const GoRegex& regex() const { return regex_; }

  struct LabelCondition {
    std::string key;
    std::optional<std::vector<std::string>> values;  // sorted, all of them
    std::optional<GoRegex> regex;                    // every value matches
  };
  const std::vector<LabelCondition>& labels() const { return labels_; }

 private:
  GoRegex regex_;
  std::vector<LabelCondition> labels_;
};

// "thread id" of "thread.id" and so on; others unchanged.
std::string_view canonical_key(std::string_view key);

class ProfileView {
 public:
  ProfileView(const formats::StackProfile& profile, std::filesystem::path file);

  // False when the file has no sample of that type.
  bool has_type(std::string_view type) const;
  double duration_s(std::string_view type) const;  // 0: none, values are absolute
  std::vector<std::string> types() const;          // that have samples, each once

  std::int64_t total(std::string_view type) const;
  std::int64_t matching(std::string_view type, const Condition& condition) const;

  // The sample's value; of a type that stands twice, both.
  std::int64_t value(std::size_t sample, std::string_view type) const;
  const std::string& stack_text(formats::Index stack) const { return stacks_[stack]; }

  // Values of the label with that canonical key, sorted; none when there is no such label.
  std::optional<std::vector<std::string>> label_values(const formats::Sample& sample,
                                                       std::string_view key) const;

  const formats::StackProfile& profile() const { return profile_; }

 private:
  std::vector<std::size_t> columns(std::string_view type) const;
  bool labels_match(const formats::Sample& sample, const Condition& condition) const;
  void write_stacks();

  const formats::StackProfile& profile_;
  std::filesystem::path file_;
  std::vector<std::string> stacks_;
};

}  // namespace plumbline::harness::expectations

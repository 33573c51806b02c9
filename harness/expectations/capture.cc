#include "harness/expectations/capture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <utility>

namespace plumbline::harness::expectations {
namespace {

__extension__ using Wide = __int128;

constexpr std::int64_t kMargin = 1;

// Theirs: different in every sample or run.
constexpr std::array<std::string_view, 10> kUnstableKeys = {
    "thread native id",   "thread id",
    "process_id",         "end_timestamp_ns",
    "trace id",           "span id",
    "local root span id", "cpu.logical_number",
    "container.id",       "process.context.label.check_id"};

using Labels = std::map<std::string, std::vector<std::string>>;  // canonical key, sorted values

Labels stable_labels(const ProfileView& view, const formats::Sample& sample) {
  std::set<std::string> keys;
  for (const formats::Label& label : view.profile().labels_of(sample)) {
    const std::string_view key = canonical_key(view.profile().name(label.key));
    if (std::find(kUnstableKeys.begin(), kUnstableKeys.end(), key) == kUnstableKeys.end()) {
      keys.emplace(key);
    }
  }
  Labels labels;
  for (const std::string& key : keys) labels[as_go_sees(key)] = *view.label_values(sample, key);
  return labels;
}

// Sums of one stack by labels.
using Groups = std::map<Labels, std::int64_t>;

// What an entry with these labels matches: also samples that have more of them.
std::int64_t matching(const Groups& groups, const Labels& labels) {
  Wide sum = 0;
  for (const auto& [candidate, value] : groups) {
    const bool all = std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
      const auto found = candidate.find(label.first);
      return found != candidate.end() && found->second == label.second;
    });
    if (all) sum += value;
  }
  return static_cast<std::int64_t>(sum);
}

// The rate as an integer, when it says the value within the margin; the absolute value without a
// duration.
std::optional<std::int64_t> asserted_value(std::int64_t value, double duration_s) {
  if (!(duration_s > 0)) return value;
  const double rate = static_cast<double>(value) / duration_s;
  if (!(std::abs(rate) < 9e18)) return std::nullopt;
  const auto whole = static_cast<std::int64_t>(rate);
  const double meant = static_cast<double>(whole) * duration_s;
  if (whole <= 0) return value == 0 ? std::optional<std::int64_t>(0) : std::nullopt;
  const double error_pct = std::abs(static_cast<double>(value) - meant) / meant * 100;
  return error_pct <= static_cast<double>(kMargin) ? std::optional(whole) : std::nullopt;
}

ExpectedContent content_of(const std::string& stack, const Labels& labels, std::int64_t value,
                           std::int64_t total, double duration_s) {
  ExpectedContent content;
  content.regular_expression = '^' + quoted_for_go(stack) + '$';
  content.value = asserted_value(value, duration_s);
  content.percent = total == 0 ? 0 : static_cast<std::int64_t>(Wide{value} * 100 / total);
  for (const auto& [key, values] : labels) content.labels.push_back({key, values, ""});
  return content;
}

ExpectedStacks stacks_of(const ProfileView& view, const std::string& type) {
  std::map<std::string, Groups> by_stack;
  for (std::size_t index = 0; index < view.profile().samples.size(); ++index) {
    const std::int64_t value = view.value(index, type);
    if (value == 0) continue;  // of another type, in files that have several
    const formats::Sample& sample = view.profile().samples[index];
    by_stack[view.stack_text(sample.stack)][stable_labels(view, sample)] += value;
  }
  ExpectedStacks made{.profile_type = type, .pprof_regex = "", .content = {}};
  made.error_margin = kMargin;
  const std::int64_t total = view.total(type);
  const double duration_s = view.duration_s(type);
  std::vector<std::pair<std::int64_t, ExpectedContent>> entries;
  for (const auto& [stack, groups] : by_stack) {
    for (const auto& group : groups) {
      const std::int64_t value = matching(groups, group.first);
      entries.emplace_back(value, content_of(stack, group.first, value, total, duration_s));
    }
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& one, const auto& other) { return one.first > other.first; });
  for (auto& [value, content] : entries) made.content.push_back(std::move(content));
  return made;
}

}  // namespace

ExpectedProfile captured(const ProfileView& view, const std::string& test_name) {
  ExpectedProfile made;
  made.test_name = test_name;
  for (const std::string& type : view.types()) {
    ExpectedStacks stacks = stacks_of(view, type);
    if (stacks.content.empty()) continue;  // all of its samples are 0
    made.scale_by_duration |= view.duration_s(type) > 0;
    made.stacks.push_back(std::move(stacks));
  }
  if (made.stacks.empty()) made.note = "the profile has no samples";
  return made;
}

}  // namespace plumbline::harness::expectations

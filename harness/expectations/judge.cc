#include "harness/expectations/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>

#include "analysis/formats/read_profile.h"
#include "harness/expectations/profile_files.h"
#include "harness/expectations/profile_view.h"
#include "harness/expectations/vacuous.h"

namespace plumbline::harness::expectations {
namespace {

__extension__ using Wide = __int128;

// An entry of stacks with its patterns compiled: a wrong one is found before any file is read.
struct Entry {
  const ExpectedStacks* stacks = nullptr;
  std::string place;
  std::vector<Condition> conditions;
};

std::vector<Entry> entries_of(const ExpectedProfile& expected, const std::string& file) {
  std::vector<Entry> entries;
  for (std::size_t index = 0; index < expected.stacks.size(); ++index) {
    Entry entry{&expected.stacks[index], fmt::format("stacks[{}]", index), {}};
    for (std::size_t content = 0; content < entry.stacks->content.size(); ++content) {
      entry.conditions.emplace_back(
          entry.stacks->content[content],
          fmt::format("{}: {}.stack-content[{}]", file, entry.place, content));
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

// Go's arithmetic, so that the last bit agrees: the tiniest number keeps 0 from dividing.
double relative_error_pct(double actual, double expected) {
  constexpr double kTiniest = std::numeric_limits<double>::denorm_min();
  return std::abs((actual - expected) / std::max(expected, kTiniest) * 100.0);
}

// Whole points, cut and not rounded: 33.99 is 33.
std::int64_t whole_percent(std::int64_t part, std::int64_t total) {
  return total == 0 ? 0 : static_cast<std::int64_t>(Wide{part} * 100 / total);
}

// The file that was read last: most checks have one file and many entries.
class Profiles {
 public:
  const ProfileView& view(const std::filesystem::path& file) {
    if (view_ == nullptr || file != file_) {
      view_.reset();
      profile_ = formats::read_profile(file);
      view_ = std::make_unique<ProfileView>(profile_, file);
      file_ = file;
    }
    return *view_;
  }

 private:
  std::filesystem::path file_;
  formats::StackProfile profile_;
  std::unique_ptr<ProfileView> view_;
};

class Judge {
 public:
  Judge(const ExpectedProfile& expected, const CheckOptions& options)
      : expected_(expected), options_(options) {}

  Check judge() {
    for (const Entry& entry : entries_of(expected_, options_.expected_file.string())) {
      judge_entry(entry);
      if (check_.stopped) break;
    }
    if (options_.strict) {
      const auto vacuous = vacuous_expectations(expected_);
      check_.warnings.insert(check_.warnings.begin(), vacuous.begin(), vacuous.end());
    }
    return std::move(check_);
  }

 private:
  void judge_entry(const Entry& entry) {
    const std::string& own = entry.stacks->pprof_regex;
    const std::string& regex = own.empty() ? expected_.pprof_regex : own;
    const std::string where = fmt::format("{}: {}pprof-regex", options_.expected_file.string(),
                                          own.empty() ? "" : entry.place + ".");
    const auto files = profile_files(options_.profiles, regex, where);
    if (files.empty()) {
      add({.kind = AssertionKind::kFiles,
           .place = entry.place,
           .profile_type = entry.stacks->profile_type,
           .what = fmt::format("no file of {} matches {}", options_.profiles.string(),
                               regex.empty() ? kDefaultFileRegex : regex)},
          false, false);
      return;
    }
    warn(vacuous_files(expected_, entry.place, files.size()));
    for (std::size_t index = 0; index < files.size() && !check_.stopped; ++index) {
      const bool may_fail = expected_.allow_first_profile_failure && index == 0;
      judge_file(entry, files[index], may_fail);
    }
  }

  void judge_file(const Entry& entry, const std::filesystem::path& file, bool may_fail) {
    const ProfileView& view = profiles_.view(file);
    note_skipped(view.profile(), file);
    Assertion common{
        .place = entry.place, .file = file.string(), .profile_type = entry.stacks->profile_type};
    if (!view.has_type(common.profile_type)) {
      common.kind = AssertionKind::kType;
      common.what = "no sample of this type; there are: " + joined(view.types());
      add(std::move(common), false, false);
      check_.stopped = true;
      return;
    }
    const std::int64_t total = view.total(common.profile_type);
    const double duration_s =
        expected_.scale_by_duration ? view.duration_s(common.profile_type) : 0;
    Wide sum = 0;
    for (std::size_t index = 0; index < entry.conditions.size(); ++index) {
      const std::int64_t matching = view.matching(common.profile_type, entry.conditions[index]);
      sum += matching;
      Assertion assertion = common;
      assertion.place += fmt::format(".stack-content[{}]", index);
      judge_content(entry, index, {matching, total}, duration_s, may_fail, assertion);
    }
    if (entry.stacks->value_matching_sum) {
      judge_sum(*entry.stacks, sum, duration_s, may_fail, std::move(common));
    }
  }

  struct Found {
    std::int64_t matching, total;
  };

  void judge_content(const Entry& entry, std::size_t index, Found found, double duration_s,
                     bool may_fail, const Assertion& common) {
    const ExpectedContent& content = entry.stacks->content[index];
    const std::int64_t margin = content.error_margin.value_or(entry.stacks->error_margin);
    if (content.value) {
      Assertion assertion = common;
      assertion.what = content.regular_expression;
      judge_value(*content.value, margin, found.matching, duration_s, may_fail,
                  std::move(assertion));
    }
    if (content.percent) {
      Assertion assertion = common;
      assertion.kind = AssertionKind::kPercent;
      assertion.what = content.regular_expression;
      assertion.expected = static_cast<double>(*content.percent);
      assertion.margin = margin;
      assertion.actual = whole_percent(found.matching, found.total);
      const Wide difference = Wide{*content.percent} - assertion.actual;
      const Wide distance = difference < 0 ? -difference : difference;
      assertion.error = static_cast<double>(distance);
      add(std::move(assertion), distance <= margin, may_fail);
    }
  }

  void judge_value(std::int64_t expected, std::int64_t margin, std::int64_t actual,
                   double duration_s, bool may_fail, Assertion assertion) {
    assertion.expected = static_cast<double>(expected);
    if (duration_s > 0) assertion.expected *= duration_s;
    assertion.margin = margin;
    assertion.actual = actual;
    assertion.error = relative_error_pct(static_cast<double>(actual), assertion.expected);
    const bool holds = !(assertion.error > static_cast<double>(margin));
    add(std::move(assertion), holds, may_fail);
  }

  void judge_sum(const ExpectedStacks& stacks, Wide sum, double duration_s, bool may_fail,
                 Assertion assertion) {
    assertion.kind = AssertionKind::kSum;
    assertion.what = fmt::format("all {} entries", stacks.content.size());
    constexpr Wide kMost = std::numeric_limits<std::int64_t>::max();
    const auto actual = static_cast<std::int64_t>(std::clamp(sum, -kMost, kMost));
    judge_value(*stacks.value_matching_sum, stacks.error_margin, actual, duration_s, may_fail,
                std::move(assertion));
  }

  void add(Assertion assertion, bool holds, bool may_fail) {
    assertion.verdict = holds      ? AssertionVerdict::kPass
                        : may_fail ? AssertionVerdict::kAllowed
                                   : AssertionVerdict::kFail;
    ++(holds ? check_.passed : may_fail ? check_.allowed : check_.failed);
    check_.assertions.push_back(std::move(assertion));
  }

  void warn(std::string warning) {
    if (options_.strict && !warning.empty()) check_.warnings.push_back(std::move(warning));
  }

  void note_skipped(const formats::StackProfile& profile, const std::filesystem::path& file) {
    if (profile.skipped_records == 0) return;
    std::string note = fmt::format("{}: {} records or lines made no sense and were passed over",
                                   file.string(), profile.skipped_records);
    if (std::find(check_.notes.begin(), check_.notes.end(), note) == check_.notes.end()) {
      check_.notes.push_back(std::move(note));
    }
  }

  static std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return text.empty() ? "none" : text;
  }

  const ExpectedProfile& expected_;
  const CheckOptions& options_;
  Profiles profiles_;
  Check check_;
};

}  // namespace

Check judge(const ExpectedProfile& expected, const CheckOptions& options) {
  return Judge(expected, options).judge();
}

int exit_code_of(const Check& check) {
  if (check.failed > 0) return 1;
  return check.warnings.empty() ? 0 : 3;
}

}  // namespace plumbline::harness::expectations

#include "harness/expectations/profile_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "analysis/io/error.h"

namespace plumbline::harness::expectations {
namespace {

__extension__ using Wide = __int128;

using formats::Index;
using formats::Label;
using formats::Sample;

constexpr std::size_t kMaxStackTextBytes = std::size_t{1} << 30;  // of all stacks together

constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kCanonicalKeys = {
    {{"thread.id", "thread id"},
     {"thread.name", "thread name"},
     {"process.pid", "process_id"},
     {"process.id", "process_id"},
     {"service.name", "service"},
     {"trace.id", "trace id"},
     {"trace_id", "trace id"},
     {"span.id", "span id"},
     {"span_id", "span id"},
     {"local_root_span_id", "local root span id"}}};

// Values under one key. In pprof a key's values are one list, and a second key with the same
// canonical name, or numbers after texts, take its place; elsewhere all are gathered.
class Values {
 public:
  explicit Values(bool replaced) : replaced_(replaced) {}

  void add(Index raw_key, std::string value) {
    if (replaced_ && found_ && raw_key != raw_key_) values_.clear();
    raw_key_ = raw_key;
    found_ = true;
    values_.push_back(std::move(value));
  }
  bool found() const { return found_; }
  std::vector<std::string> sorted() && {
    std::sort(values_.begin(), values_.end());
    return std::move(values_);
  }

 private:
  bool replaced_, found_ = false;
  Index raw_key_ = formats::kNoName;
  std::vector<std::string> values_;
};

}  // namespace

std::string_view canonical_key(std::string_view key) {
  if (key == "local.root.span.id") return "local root span id";
  for (const auto& [from, to] : kCanonicalKeys) {
    if (key == from) return to;
  }
  return key;
}

Condition::Condition(const ExpectedContent& content, std::string_view where)
    : regex_(content.regular_expression, fmt::format("{}.regular_expression", where)) {
  for (const ExpectedLabel& label : content.labels) {
    LabelCondition made{label.key, label.values, std::nullopt};
    if (!label.values) made.regex.emplace(label.values_regex, fmt::format("{}.labels", where));
    labels_.push_back(std::move(made));
  }
}

ProfileView::ProfileView(const formats::StackProfile& profile, std::filesystem::path file)
    : profile_(profile), file_(std::move(file)) {
  write_stacks();
}

void ProfileView::write_stacks() {
  std::size_t total_bytes = 0;
  for (Index stack = 0; stack < profile_.stack_count(); ++stack) {
    for (const Index frame : profile_.stack(stack)) {
      total_bytes += profile_.name(profile_.frames[frame].function).size() + 1;
    }
    if (total_bytes > kMaxStackTextBytes) {
      throw io::InputError(
          fmt::format("{}: stacks of more than {} bytes written out; such a "
                      "profile is not checked",
                      file_.string(), kMaxStackTextBytes));
    }
    stacks_.push_back(as_go_sees(formats::folded_stack(profile_, stack)));
  }
}

std::vector<std::size_t> ProfileView::columns(std::string_view type) const {
  std::vector<std::size_t> found;
  for (std::size_t column = 0; column < profile_.sample_types.size(); ++column) {
    const formats::SampleType& candidate = profile_.sample_types[column];
    if (profile_.name(candidate.type) == type && candidate.samples > 0) found.push_back(column);
  }
  return found;
}

bool ProfileView::has_type(std::string_view type) const { return !columns(type).empty(); }

double ProfileView::duration_s(std::string_view type) const {
  const auto found = columns(type);
  return found.empty() ? 0 : profile_.sample_types[found.front()].duration_s;
}

std::vector<std::string> ProfileView::types() const {
  std::vector<std::string> made;
  for (const formats::SampleType& type : profile_.sample_types) {
    const std::string name(profile_.name(type.type));
    if (type.samples > 0 && std::find(made.begin(), made.end(), name) == made.end()) {
      made.push_back(name);
    }
  }
  return made;
}

std::int64_t ProfileView::value(std::size_t sample, std::string_view type) const {
  std::int64_t sum = 0;
  for (const std::size_t column : columns(type)) {
    if (__builtin_add_overflow(sum, profile_.value(sample, column), &sum)) {
      throw io::InputError(fmt::format("{}: values beyond 64 bits", file_.string()));
    }
  }
  return sum;
}

namespace {

std::int64_t narrowed(Wide sum, const std::filesystem::path& file) {
  if (sum > std::numeric_limits<std::int64_t>::max() ||
      sum < std::numeric_limits<std::int64_t>::min()) {
    throw io::InputError(fmt::format("{}: a sum of values beyond 64 bits", file.string()));
  }
  return static_cast<std::int64_t>(sum);
}

}  // namespace

std::int64_t ProfileView::total(std::string_view type) const {
  Wide sum = 0;
  for (const std::size_t column : columns(type)) {
    for (std::size_t sample = 0; sample < profile_.samples.size(); ++sample) {
      sum += profile_.value(sample, column);
    }
  }
  return narrowed(sum, file_);
}

std::int64_t ProfileView::matching(std::string_view type, const Condition& condition) const {
  std::vector<bool> stack_matches(stacks_.size());
  for (std::size_t stack = 0; stack < stacks_.size(); ++stack) {
    stack_matches[stack] = condition.regex().matches(stacks_[stack]);
  }
  const std::vector<std::size_t> of_type = columns(type);
  Wide sum = 0;
  for (std::size_t index = 0; index < profile_.samples.size(); ++index) {
    const Sample& sample = profile_.samples[index];
    if (!stack_matches[sample.stack] || !labels_match(sample, condition)) continue;
    for (const std::size_t column : of_type) sum += profile_.value(index, column);
  }
  return narrowed(sum, file_);
}

std::optional<std::vector<std::string>> ProfileView::label_values(const Sample& sample,
                                                                  std::string_view key) const {
  const bool pprof = profile_.format == formats::Format::kPprof;
  Values texts(pprof), numbers(pprof);
  Values& last = pprof ? numbers : texts;
  for (const Label& label : profile_.labels_of(sample)) {
    if (canonical_key(profile_.name(label.key)) != key) continue;
    if (label.numeric) {
      last.add(label.key, std::to_string(label.number));
    } else {
      texts.add(label.key, as_go_sees(profile_.name(label.text)));
    }
  }
  if (last.found()) return std::move(last).sorted();
  if (texts.found()) return std::move(texts).sorted();
  return std::nullopt;
}

bool ProfileView::labels_match(const Sample& sample, const Condition& condition) const {
  return std::all_of(condition.labels().begin(), condition.labels().end(),
                     [&](const Condition::LabelCondition& wanted) {
                       const auto values = label_values(sample, wanted.key);
                       if (!values) return false;
                       if (wanted.values) return *values == *wanted.values;
                       return std::all_of(
                           values->begin(), values->end(),
                           [&](const std::string& value) { return wanted.regex->matches(value); });
                     });
}

}  // namespace plumbline::harness::expectations

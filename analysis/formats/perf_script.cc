#include "analysis/formats/perf_script.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include "analysis/formats/stack_profile_builder.h"
#include "analysis/formats/text_lines.h"

namespace plumbline::formats {
namespace {

template <typename Number>
std::optional<Number> number_of(std::string_view text, int base = 10) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

struct Word {
  std::string_view text;
  std::size_t begin = 0;  // in the line
};

// The next word from `at` on, which moves behind it.
std::optional<Word> next_word(std::string_view line, std::size_t& at) {
  const std::size_t begin = line.find_first_not_of(kBlank, at);
  if (begin == line.npos) return std::nullopt;
  at = std::min(line.find_first_of(kBlank, begin), line.size());
  return Word{line.substr(begin, at - begin), begin};
}

// "5678.123456:" as nanoseconds.
std::optional<std::int64_t> time_of(std::string_view word) {
  if (!word.ends_with(':')) return std::nullopt;
  word.remove_suffix(1);
  const std::size_t point = word.find('.');
  constexpr std::size_t kMaxDigits = 9;
  if (point == word.npos || point == 0 || point > kMaxDigits) return std::nullopt;
  const std::string_view digits = word.substr(point + 1);
  if (digits.empty() || digits.size() > kMaxDigits) return std::nullopt;
  const auto seconds = number_of<std::uint32_t>(word.substr(0, point));
  const auto fraction = number_of<std::uint32_t>(digits);
  if (!seconds || !fraction) return std::nullopt;
  std::int64_t fraction_ns = *fraction;
  for (std::size_t digit = digits.size(); digit < kMaxDigits; ++digit) fraction_ns *= 10;
  return std::int64_t{*seconds} * 1'000'000'000 + fraction_ns;
}

struct Ids {
  std::int32_t pid = kNoId, tid = kNoId;
};

std::optional<Ids> ids_of(std::string_view word) {
  const std::size_t slash = word.find('/');
  const auto first = number_of<std::int32_t>(word.substr(0, slash));
  if (!first) return std::nullopt;
  if (slash == word.npos) return Ids{kNoId, *first};
  const auto second = number_of<std::int32_t>(word.substr(slash + 1));
  if (!second) return std::nullopt;
  return Ids{*first, *second};
}

// "cycles" of "cycles:u" and "cpu-clock:pppH"; "sched:sched_switch" stays.
std::string_view without_modifiers(std::string_view event) {
  const std::size_t colon = event.rfind(':');
  if (colon == event.npos || colon == 0) return event;
  const bool modifiers = event.find_first_not_of("ukhHGIpPSDWeb", colon + 1) == event.npos;
  return modifiers ? event.substr(0, colon) : event;
}

struct EventLine {
  std::string_view comm, event, rest;  // rest: what follows the event
  Ids ids;
  std::int64_t time_ns = kNoTime;
  std::int64_t period = 1;
};

// comm PID/TID [CPU] FLAGS TIME: PERIOD EVENT: ...
// The time is looked for first: a comm may hold anything, numbers included, but hardly "12.3:".
std::optional<EventLine> event_line(std::string_view line) {
  EventLine made;
  std::size_t at = 0;
  std::optional<Word> ids;
  for (auto word = next_word(line, at); word; word = next_word(line, at)) {
    if (const auto time_ns = time_of(word->text); time_ns && ids) {
      made.time_ns = *time_ns;
      break;
    }
    if (ids_of(word->text)) ids = word;  // the last one before the time
  }
  if (!ids || made.time_ns == kNoTime) return std::nullopt;
  made.ids = *ids_of(ids->text);
  made.comm = trimmed(line.substr(0, ids->begin));
  auto word = next_word(line, at);
  if (word) {
    if (const auto period = number_of<std::int64_t>(word->text)) {
      made.period = *period;
      word = next_word(line, at);
    }
  }
  if (!word || !word->text.ends_with(':') || word->text.size() < 2) return std::nullopt;
  made.event = without_modifiers(word->text.substr(0, word->text.size() - 1));
  made.rest = trimmed(line.substr(at));
  return made;
}

// "SYMBOL+0x1f (DSO)" or "SYMBOL (inlined)", behind the address.
Frame frame_of(StackProfileBuilder& builder, std::uint64_t address, std::string_view text) {
  Frame frame{.address = address};
  std::string_view symbol = text, dso;
  std::size_t open = text.rfind(" (");
  if (text.ends_with("(deleted))") && open != text.npos && open > 0) {
    open = text.rfind(" (", open - 1);
  }
  if (text.starts_with('(')) {
    dso = text;
    symbol = {};
  } else if (open != text.npos && text.ends_with(')')) {
    dso = text.substr(open + 1);
    symbol = trimmed(text.substr(0, open));
  }
  if (dso.size() >= 2) dso = dso.substr(1, dso.size() - 2);
  const std::size_t plus = symbol.rfind("+0x");
  if (plus != symbol.npos && number_of<std::uint64_t>(symbol.substr(plus + 3), 16)) {
    symbol = symbol.substr(0, plus);
  }
  frame.inlined = dso == "inlined";
  if (!frame.inlined) frame.mapping = builder.base_name(dso);
  frame.named = !symbol.empty() && symbol != "[unknown]";
  if (frame.named) frame.function = builder.name(symbol);
  return frame;
}

class PerfScriptReader {
 public:
  explicit PerfScriptReader(const Input& input)
      : input_(input), builder_(Format::kPerfScript, input.file) {
    builder_.sample_type(builder_.name("samples"), builder_.name("count"));
    thread_name_ = builder_.name("thread name");
  }

  StackProfile read() {
    for (TextLines lines(input_.bytes); lines.next();) take(lines.line());
    finish_sample();
    if (builder_.profile().samples.empty()) {
      builder_.fail("has no event of perf script: expected 'comm PID/TID TIME: EVENT: ...'");
    }
    set_duration();
    return builder_.finish();
  }

 private:
  void take(std::string_view line) {
    if (line.starts_with('#')) return;
    if (trimmed(line).empty()) return finish_sample();
    const bool indented = line.find_first_of(kBlank) == 0;
    if (indented && event_ && add_frame(trimmed(line))) return;
    // A comm is padded on the left: an indented line may still be an event.
    if (const auto event = event_line(line)) {
      finish_sample();
      event_ = *event;
      if (!event->rest.empty()) add_frame(event->rest);
    } else {
      ++builder_.profile().skipped_records;
    }
  }

  bool add_frame(std::string_view text) {
    std::size_t at = 0;
    const auto word = next_word(text, at);
    if (!word) return false;
    const auto address = number_of<std::uint64_t>(word->text, 16);
    if (!address) return false;
    if (event_line(text)) return false;  // a comm of hex digits
    if (leaf_first_.size() <= kMaxDepth) {
      leaf_first_.push_back(builder_.frame(frame_of(builder_, *address, trimmed(text.substr(at)))));
    }
    return true;
  }

  void finish_sample() {
    if (!event_) return;
    const bool clock =
        event_->event.ends_with("task-clock") || event_->event.ends_with("cpu-clock");
    const Index type = builder_.sample_type(builder_.name(event_->event),
                                            builder_.name(clock ? "nanoseconds" : "events"));
    auto& types = builder_.profile().sample_types;
    row_.assign(types.size(), 0);
    row_[0] = 1;
    row_[type] += event_->period;
    std::reverse(leaf_first_.begin(), leaf_first_.end());
    const LabelRun run = label_of(event_->comm);
    builder_.sample({builder_.stack(leaf_first_), run.begin, run.count, event_->ids.pid,
                     event_->ids.tid, event_->time_ns},
                    row_);
    ++types[0].samples;
    if (type != 0) ++types[type].samples;
    leaf_first_.clear();
    event_.reset();
  }

  LabelRun label_of(std::string_view comm) {
    const Index name = builder_.name(comm);
    const auto known = runs_.find(name);
    if (known != runs_.end()) return known->second;
    const Label label{.key = thread_name_, .text = name};
    return runs_[name] = builder_.labels({&label, 1});
  }

  void set_duration() {
    StackProfile& profile = builder_.profile();
    const auto [first, last] = std::minmax_element(profile.samples.begin(), profile.samples.end(),
                                                   [](const Sample& one, const Sample& other) {
                                                     return one.timestamp_ns < other.timestamp_ns;
                                                   });
    profile.duration_ns = last->timestamp_ns - first->timestamp_ns;
    for (SampleType& type : profile.sample_types) {
      type.duration_s = static_cast<double>(profile.duration_ns) / 1e9;
    }
  }

  const Input& input_;
  StackProfileBuilder builder_;
  Index thread_name_ = kNoName;
  std::optional<EventLine> event_;  // of the sample that is being read
  std::vector<Index> leaf_first_;
  std::vector<std::int64_t> row_;
  std::unordered_map<Index, LabelRun> runs_;  // by comm
};

}  // namespace

bool is_perf_event_line(std::string_view line) { return event_line(line).has_value(); }

StackProfile read_perf_script(const Input& input) { return PerfScriptReader(input).read(); }

}  // namespace plumbline::formats

// Two passes: the first finds where everything is, as tables may stand behind what points into
// them; then strings, functions and locations are resolved, and the samples read.
#include "analysis/formats/pprof.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "analysis/formats/stack_profile_builder.h"
#include "analysis/formats/wire_reader.h"

namespace plumbline::formats {
namespace {

constexpr Index kNotYetNamed = ~Index{0};

struct Function {
  Index name = kNoName, file = kNoName;
};

struct FrameRun {
  std::uint32_t begin = 0, count = 0;
};

class PprofReader {
 public:
  explicit PprofReader(const Input& input) : input_(input), builder_(Format::kPprof, input.file) {}

  StackProfile read() {
    find_everything();
    if (!strings_.empty() && !strings_[0].empty()) builder_.fail("string 0 is not empty");
    resolved_.assign(strings_.size(), kNotYetNamed);
    for (const std::string_view type : types_) add_type(WireReader(type, input_));
    for (const std::string_view mapping : mappings_) add_mapping(WireReader(mapping, input_));
    for (const std::string_view function : functions_) add_function(WireReader(function, input_));
    for (const std::string_view location : locations_) add_location(WireReader(location, input_));
    for (WireReader profile(input_); profile.next();) {
      if (profile.field() == 2) add_sample(profile.message());
    }
    set_header();
    return builder_.finish();
  }

 private:
  void find_everything() {
    if (input_.bytes.empty()) builder_.fail("is empty, expected a profile");
    for (WireReader profile(input_); profile.next();) {
      switch (profile.field()) {
        case 1:
          types_.push_back(profile.text());
          break;
        case 2:
          (void)profile.message();
          ++samples_;
          break;
        case 3:
          mappings_.push_back(profile.text());
          break;
        case 4:
          locations_.push_back(profile.text());
          break;
        case 5:
          functions_.push_back(profile.text());
          break;
        case 6:
          strings_.push_back(profile.text());
          break;
        case 9:
          set_time(profile);
          break;
        case 10:
          duration_ns_ = profile.integer();
          break;
        case 11:
          (void)profile.message();
          break;  // of the period; asked for its wire type alone
        case 13:
          profile.each_integer([](std::int64_t) {});
          break;
        case 14:
          default_type_ = profile.integer();
          break;
        case 7:
        case 8:
        case 12:
        case 15:
          (void)profile.varint();
          break;
        default:
          break;
      }
      check_limits();
    }
    if (types_.empty()) builder_.fail("has no types of samples: not a profile of pprof");
  }

  // Where things are takes more memory than the things: limited before they are read.
  void check_limits() const {
    if (samples_ > kMaxSamples || locations_.size() > kMaxSamples ||
        functions_.size() > kMaxSamples || mappings_.size() > kMaxSamples ||
        strings_.size() > kMaxSamples || types_.size() > kMaxSampleTypes) {
      builder_.fail("has more records than a profile may have here; it is not read");
    }
  }

  void set_time(const WireReader& profile) {
    if (start_ns_ != 0) profile.fail("a second start time: several profiles in one file");
    start_ns_ = profile.integer();
  }

  std::string_view text(std::int64_t index, const WireReader& where) const {
    if (index == 0) return {};
    if (index < 0 || static_cast<std::uint64_t>(index) >= strings_.size()) {
      where.fail(fmt::format("string {} of {}", index, strings_.size()));
    }
    return strings_[static_cast<std::size_t>(index)];
  }

  Index name(std::int64_t index, const WireReader& where) {
    const std::string_view found = text(index, where);
    if (found.empty()) return kNoName;
    Index& resolved = resolved_[static_cast<std::size_t>(index)];
    if (resolved == kNotYetNamed) resolved = builder_.name(found);
    return resolved;
  }

  void add_type(WireReader type) {
    std::int64_t kind = 0, unit = 0;
    while (type.next()) {
      if (type.field() == 1) kind = type.integer();
      if (type.field() == 2) unit = type.integer();
    }
    // Not through sample_type(): a type that stands twice has two columns.
    SampleType made;
    made.type = name(kind, type);
    made.unit = name(unit, type);
    builder_.profile().sample_types.push_back(made);
  }

  template <typename Table, typename Value>
  static void add_once(Table& table, std::uint64_t id, Value value, const WireReader& where) {
    if (id == 0) where.fail("an id of 0");
    if (!table.emplace(id, value).second) where.fail(fmt::format("id {} stands twice", id));
  }

  void add_mapping(WireReader mapping) {
    std::uint64_t id = 0;
    Index file = kNoName;
    while (mapping.next()) {
      if (mapping.field() == 1) id = mapping.varint();
      if (mapping.field() == 5) file = builder_.base_name(text(mapping.integer(), mapping));
    }
    add_once(mapping_of_, id, file, mapping);
  }

  void add_function(WireReader function) {
    std::uint64_t id = 0;
    Function made;
    while (function.next()) {
      if (function.field() == 1) id = function.varint();
      if (function.field() == 2) made.name = name(function.integer(), function);
      if (function.field() == 4) made.file = name(function.integer(), function);
    }
    add_once(function_of_, id, made, function);
  }

  void add_location(WireReader location) {
    std::uint64_t id = 0, mapping = 0, address = 0;
    lines_.clear();
    while (location.next()) {
      if (location.field() == 1) id = location.varint();
      if (location.field() == 2) mapping = location.varint();
      if (location.field() == 3) address = location.varint();
      if (location.field() == 4) lines_.push_back(location.text());
      if (lines_.size() > kMaxDepth) location.fail("more lines than a stack may have frames");
    }
    Frame frame{.address = address};
    if (mapping != 0) {
      const auto known = mapping_of_.find(mapping);
      if (known == mapping_of_.end()) location.fail(fmt::format("no mapping has id {}", mapping));
      frame.mapping = known->second;
    }
    FrameRun run{static_cast<std::uint32_t>(location_frames_.size()), 0};
    if (lines_.empty()) location_frames_.push_back(builder_.frame(frame));
    // The last line is the function that the others are inlined into.
    for (std::size_t index = lines_.size(); index-- > 0;) {
      frame.inlined = index + 1 != lines_.size();
      location_frames_.push_back(
          builder_.frame(line_frame(frame, WireReader(lines_[index], input_))));
    }
    if (location_frames_.size() > kMaxStackFrames) location.fail("more lines than are read");
    run.count = static_cast<std::uint32_t>(location_frames_.size()) - run.begin;
    add_once(location_of_, id, run, location);
  }

  Frame line_frame(Frame frame, WireReader line) {
    while (line.next()) {
      if (line.field() == 1 && line.varint() != 0) {
        const auto known = function_of_.find(line.varint());
        if (known == function_of_.end()) line.fail(fmt::format("no function {}", line.varint()));
        frame.function = known->second.name;
        frame.file = known->second.file;
        frame.named = true;
      }
      if (line.field() == 2) {
        frame.line = static_cast<std::uint32_t>(std::clamp<std::int64_t>(line.integer(), 0, ~0u));
      }
    }
    return frame;
  }

  void add_sample(WireReader message) {
    locations_of_sample_.clear();
    values_.clear();
    labels_.clear();
    while (message.next()) {
      if (message.field() == 1) {
        message.each_integer([&](std::int64_t id) {
          if (locations_of_sample_.size() >= kMaxDepth) message.fail("a stack that is too deep");
          locations_of_sample_.push_back(static_cast<std::uint64_t>(id));
        });
      } else if (message.field() == 2) {
        message.each_integer([&](std::int64_t value) {
          if (values_.size() < kMaxSampleTypes + 1) values_.push_back(value);
        });
      } else if (message.field() == 3) {
        add_label(message.message());
      }
    }
    auto& types = builder_.profile().sample_types;
    if (values_.size() != types.size()) {
      message.fail(fmt::format("a sample of {} values, but there are {} types of samples",
                               values_.size(), types.size()));
    }
    const LabelRun labels = builder_.labels(labels_);
    Sample sample{stack_of(message), labels.begin, labels.count};
    builder_.identify(sample);
    builder_.sample(sample, values_);
    // pprof itself drops samples whose values are all 0 when it merges equal ones.
    const bool counts = std::any_of(values_.begin(), values_.end(), [](auto v) { return v != 0; });
    for (SampleType& type : types) type.samples += counts ? 1 : 0;
  }

  Index stack_of(const WireReader& message) {
    stack_.clear();
    for (std::size_t index = locations_of_sample_.size(); index-- > 0;) {
      const auto known = location_of_.find(locations_of_sample_[index]);
      if (known == location_of_.end()) {
        message.fail(fmt::format("no location has id {}", locations_of_sample_[index]));
      }
      const auto begin = location_frames_.begin() + known->second.begin;
      stack_.insert(stack_.end(), begin, begin + known->second.count);
      if (stack_.size() > kMaxDepth) message.fail("a stack that is too deep");
    }
    return builder_.stack(stack_);
  }

  void add_label(WireReader message) {
    std::int64_t key = 0, text_index = 0, number = 0, unit = 0;
    while (message.next()) {
      if (message.field() == 1) key = message.integer();
      if (message.field() == 2) text_index = message.integer();
      if (message.field() == 3) number = message.integer();
      if (message.field() == 4) unit = message.integer();
    }
    Label label{.key = name(key, message)};
    if (text_index != 0) {
      label.text = name(text_index, message);
    } else if (number != 0 || unit != 0) {
      label.numeric = true;
      label.number = number;
      label.unit = name(unit, message);
    } else {
      return;  // neither: pprof knows no such label
    }
    labels_.push_back(label);
  }

  void set_header() {
    StackProfile& profile = builder_.profile();
    if (start_ns_ != 0) profile.start_ns = start_ns_;
    profile.duration_ns = std::max<std::int64_t>(duration_ns_, 0);
    for (SampleType& type : profile.sample_types) {
      type.duration_s = static_cast<double>(profile.duration_ns) / 1e9;
    }
    const std::string_view wanted = text(default_type_, WireReader(input_));
    const auto found = find_sample_type(profile, wanted);
    if (found && !wanted.empty()) profile.default_type = static_cast<Index>(*found);
  }

  const Input& input_;
  StackProfileBuilder builder_;
  std::vector<std::string_view> types_, mappings_, locations_, functions_, strings_;
  std::size_t samples_ = 0;
  std::vector<Index> resolved_;  // strings_ as names of the profile, once asked for
  std::int64_t start_ns_ = 0, duration_ns_ = 0, default_type_ = 0;

  std::unordered_map<std::uint64_t, Index> mapping_of_;
  std::unordered_map<std::uint64_t, Function> function_of_;
  std::unordered_map<std::uint64_t, FrameRun> location_of_;
  std::vector<Index> location_frames_;  // of all locations, root first

  // Of the record that is being read; kept for their memory.
  std::vector<std::string_view> lines_;
  std::vector<std::uint64_t> locations_of_sample_;
  std::vector<std::int64_t> values_;
  std::vector<Label> labels_;
  std::vector<Index> stack_;
};

}  // namespace

StackProfile read_pprof(const Input& input) { return PprofReader(input).read(); }

}  // namespace plumbline::formats

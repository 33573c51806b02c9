#include "analysis/formats/otlp_builder.h"

#include <fmt/format.h>

#include <algorithm>

namespace plumbline::formats {
namespace {

constexpr Index kUnresolved = ~Index{0};

void append_number(std::string& key, std::int64_t number) {
  key.append(reinterpret_cast<const char*>(&number), sizeof number);
}

}  // namespace

std::string otlp_hex_id(std::string_view bytes) {
  if (std::all_of(bytes.begin(), bytes.end(), [](char byte) { return byte == 0; })) return "";
  std::string hex;
  for (const char byte : bytes) hex += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return hex;
}

OtlpBuilder::OtlpBuilder(Format format, const std::filesystem::path& file)
    : builder_(format, file) {}

void OtlpBuilder::check_index(std::int64_t index, std::size_t size, std::string_view table) const {
  if (index == 0 || (index > 0 && static_cast<std::uint64_t>(index) < size)) return;
  builder_.fail(fmt::format("index {} into the {} table, which has {}", index, table, size));
}

std::string_view OtlpBuilder::text(std::int64_t index) const {
  check_index(index, dictionary_.strings.size(), "string");
  if (dictionary_.strings.empty()) return "";
  return dictionary_.strings[static_cast<std::size_t>(index)];
}

void OtlpBuilder::add_frames(std::int64_t location, std::vector<Index>& root_first) {
  check_index(location, dictionary_.locations.size(), "location");
  const OtlpLocation at = dictionary_.locations.empty()
                              ? OtlpLocation{}
                              : dictionary_.locations[static_cast<std::size_t>(location)];
  check_index(at.mapping, dictionary_.mapping_files.size(), "mapping");
  Frame frame{.address = at.address, .named = true};
  const std::string_view file =
      dictionary_.mapping_files.empty()
          ? ""
          : text(dictionary_.mapping_files[static_cast<std::size_t>(at.mapping)]);
  frame.mapping = builder_.base_name(file);
  if (at.lines_count == 0) {
    // Go's base name of nothing is "."; expectations that were written with it count such frames.
    frame.function = file.empty() ? builder_.name(".") : frame.mapping;
    root_first.push_back(builder_.frame(frame));
  }
  for (std::uint32_t index = at.lines_count; index-- > 0;) {
    const OtlpLine& line = dictionary_.lines[at.lines_begin + index];
    check_index(line.function, dictionary_.functions.size(), "function");
    const OtlpFunction function =
        dictionary_.functions.empty()
            ? OtlpFunction{}
            : dictionary_.functions[static_cast<std::size_t>(line.function)];
    frame.function = builder_.name(text(function.name));
    frame.file = builder_.name(text(function.file));
    frame.line = static_cast<std::uint32_t>(std::clamp<std::int64_t>(line.line, 0, ~0u));
    frame.inlined = index + 1 != at.lines_count;
    root_first.push_back(builder_.frame(frame));
  }
}

Index OtlpBuilder::stack(std::int64_t index) {
  check_index(index, dictionary_.stacks.size(), "stack");
  if (dictionary_.stacks.empty()) return kEmptyStack;
  stacks_.resize(dictionary_.stacks.size(), kUnresolved);
  Index& known = stacks_[static_cast<std::size_t>(index)];
  if (known != kUnresolved) return known;
  std::vector<Index> root_first;
  const auto& leaf_first = dictionary_.stacks[static_cast<std::size_t>(index)];
  for (auto location = leaf_first.rbegin(); location != leaf_first.rend(); ++location) {
    add_frames(*location, root_first);
    if (root_first.size() > kMaxDepth) break;  // refused by the builder
  }
  known = builder_.stack(root_first);
  return known;
}

Label OtlpBuilder::label(std::string_view key, std::string_view unit, const OtlpValue& value) {
  Label made{.key = builder_.name(key), .numeric = value.numeric, .number = value.number};
  if (value.numeric) {
    made.unit = builder_.name(unit);
  } else {
    made.text = builder_.name(value.text);
  }
  return made;
}

void OtlpBuilder::begin_resource() {
  ++resource_;
  resource_labels_.clear();
}

void OtlpBuilder::resource_attribute(std::string_view key, const OtlpValue& value) {
  resource_labels_.push_back(label(key, "", value));
}

LabelRun OtlpBuilder::labels(const OtlpSample& sample) {
  attribute_indices_ += sample.attributes.size();
  if (attribute_indices_ > kMaxLabels) fail("more attributes of samples than are read");
  std::string key;
  append_number(key, static_cast<std::int64_t>(resource_));
  append_number(key, sample.link);
  for (const std::int64_t index : sample.attributes) append_number(key, index);
  const auto [at, added] = label_runs_.try_emplace(std::move(key));
  if (!added) return at->second;
  std::vector<Label> made = resource_labels_;
  for (const std::int64_t index : sample.attributes) {
    check_index(index, dictionary_.attributes.size(), "attribute");
    if (dictionary_.attributes.empty()) continue;
    const OtlpAttribute& attribute = dictionary_.attributes[static_cast<std::size_t>(index)];
    const std::string_view name = text(attribute.key);
    if (name.empty() || (!attribute.value.numeric && attribute.value.text.empty())) continue;
    made.push_back(label(name, text(attribute.unit), attribute.value));
  }
  check_index(sample.link, dictionary_.links.size(), "link");
  if (!dictionary_.links.empty()) {
    const OtlpLink& link = dictionary_.links[static_cast<std::size_t>(sample.link)];
    if (!link.trace_id.empty()) made.push_back(label("trace id", "", {.text = link.trace_id}));
    if (!link.span_id.empty()) made.push_back(label("span id", "", {.text = link.span_id}));
  }
  at->second = builder_.labels(made);
  return at->second;
}

void OtlpBuilder::begin_profile(const OtlpProfileHeader& header) {
  header_ = header;
  value_sum_ = 0;
  const std::string_view type = text(header.type);
  column_ = builder_.sample_type(builder_.name(type.empty() ? "samples" : type),
                                 builder_.name(text(header.unit)));
  StackProfile& profile = builder_.profile();
  row_.assign(profile.sample_types.size(), 0);
  const auto time_ns = static_cast<std::int64_t>(header.time_ns);
  if (time_ns > 0 && (profile.start_ns == kNoTime || time_ns < profile.start_ns)) {
    profile.start_ns = time_ns;
  }
  profile.duration_ns =
      std::max(profile.duration_ns, static_cast<std::int64_t>(header.duration_ns));
}

void OtlpBuilder::add_row(Sample sample, std::int64_t value) {
  row_[column_] = value;
  builder_.sample(sample, row_);
  ++builder_.profile().sample_types[column_].samples;
  if (__builtin_add_overflow(value_sum_, value, &value_sum_)) fail("values beyond 64 bits");
}

// Observations of one identity come as lists; each becomes a sample when it has a time.
void OtlpBuilder::sample(const OtlpSample& sample) {
  const LabelRun run = labels(sample);
  Sample made{stack(sample.stack), run.begin, run.count};
  builder_.identify(made);
  const bool timed = !sample.times_ns.empty() &&
                     (sample.values.empty() || sample.values.size() == sample.times_ns.size());
  if (timed) {
    for (std::size_t index = 0; index < sample.times_ns.size(); ++index) {
      made.timestamp_ns = static_cast<std::int64_t>(sample.times_ns[index]);
      add_row(made, sample.values.empty() ? 1 : sample.values[index]);
    }
    return;
  }
  std::int64_t sum = 0;
  for (const std::int64_t value : sample.values) {
    if (__builtin_add_overflow(sum, value, &sum)) fail("values beyond 64 bits");
  }
  add_row(made, sum);
}

void OtlpBuilder::end_profile() {
  if (header_.duration_ns == 0) return;  // a snapshot
  const double duration_s = static_cast<double>(header_.duration_ns) / 1e9;
  Rate& rate = rates_[builder_.profile().sample_types[column_].type];
  rate.values += static_cast<double>(value_sum_);
  rate.values_per_s += static_cast<double>(value_sum_) / duration_s;
}

StackProfile OtlpBuilder::finish() {
  if (builder_.profile().sample_types.empty()) fail("holds no profile");
  for (SampleType& type : builder_.profile().sample_types) {
    const auto rate = rates_.find(type.type);
    if (rate == rates_.end() || rate->second.values_per_s == 0) continue;
    type.duration_s = rate->second.values / rate->second.values_per_s;
  }
  return builder_.finish();
}

}  // namespace plumbline::formats

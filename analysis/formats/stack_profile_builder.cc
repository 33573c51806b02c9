#include "analysis/formats/stack_profile_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "analysis/io/error.h"

namespace plumbline::formats {
namespace {

std::uint64_t mixed(std::uint64_t seed, std::uint64_t value) {
  std::uint64_t hash = (seed ^ value) * 0x9E3779B97F4A7C15u;
  hash ^= hash >> 32;
  return hash * 0xD6E8FEB86659FD93u;
}

std::uint64_t hash_of(const Frame& frame) {
  std::uint64_t hash = mixed(frame.function, frame.address);
  hash = mixed(hash, (std::uint64_t{frame.file} << 32) | frame.mapping);
  return mixed(
      hash, (std::uint64_t{frame.line} << 2) | (frame.named ? 2u : 0u) | (frame.inlined ? 1u : 0u));
}

// The label as a number, whether it is one or says one.
std::optional<std::int64_t> number_of(const StackProfile& profile, const Label& label) {
  if (label.numeric) return label.number;
  const std::string_view text = profile.name(label.text);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool among(std::string_view key, std::span<const std::string_view> keys) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

constexpr std::array<std::string_view, 5> kThreadKeys = {"thread native id", "thread id",
                                                         "thread.id", "thread_id", "os thread id"};
constexpr std::array<std::string_view, 4> kProcessKeys = {"process_id", "process.pid", "process.id",
                                                          "pid"};
constexpr std::array<std::string_view, 1> kTimeKeys = {"end_timestamp_ns"};

bool is_id(std::int64_t number) {
  return number >= 0 && number <= std::numeric_limits<std::int32_t>::max();
}

}  // namespace

StackProfileBuilder::StackProfileBuilder(Format format, std::filesystem::path file)
    : file_(std::move(file)) {
  profile_.format = format;
  names_.emplace("", kNoName);
}

void StackProfileBuilder::fail(const std::string& what) const {
  throw io::InputError(fmt::format("{}: {}", file_.string(), what));
}

void StackProfileBuilder::require(bool holds, std::size_t limit, std::string_view what) const {
  if (!holds) fail(fmt::format("more than {} {}; such a profile is not read", limit, what));
}

Index StackProfileBuilder::name(std::string_view text) {
  require(text.size() <= kMaxNameBytes, kMaxNameBytes, "bytes in one name");
  const auto [at, added] =
      names_.emplace(std::string(text), static_cast<Index>(profile_.names.size()));
  if (added) profile_.names.emplace_back(text);
  return at->second;
}

Index StackProfileBuilder::base_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return name(slash == path.npos ? path : path.substr(slash + 1));
}

Index StackProfileBuilder::frame(const Frame& frame) {
  const std::uint64_t hash = hash_of(frame);
  const Index* known =
      frames_.find(hash, [&](Index index) { return profile_.frames[index] == frame; });
  if (known != nullptr) return *known;
  const auto index = static_cast<Index>(profile_.frames.size());
  require(index < kMaxStackFrames, kMaxStackFrames, "frames");
  profile_.frames.push_back(frame);
  frames_.add(hash, index);
  return index;
}

Index StackProfileBuilder::stack(std::span<const Index> root_first) {
  if (root_first.empty()) return kEmptyStack;
  require(root_first.size() <= kMaxDepth, kMaxDepth, "frames in one stack");
  std::uint64_t hash = root_first.size();
  for (const Index index : root_first) hash = mixed(hash, index);
  const Index* known = stacks_.find(
      hash, [&](Index index) { return std::ranges::equal(profile_.stack(index), root_first); });
  if (known != nullptr) return *known;
  const auto index = static_cast<Index>(profile_.stack_count());
  require(profile_.stack_frames.size() + root_first.size() <= kMaxStackFrames, kMaxStackFrames,
          "frames in all stacks");
  profile_.stack_frames.insert(profile_.stack_frames.end(), root_first.begin(), root_first.end());
  profile_.stack_begins.push_back(static_cast<std::uint32_t>(profile_.stack_frames.size()));
  stacks_.add(hash, index);
  return index;
}

LabelRun StackProfileBuilder::labels(std::span<const Label> labels) {
  require(profile_.labels.size() + labels.size() <= kMaxLabels, kMaxLabels, "labels");
  const auto begin = static_cast<std::uint32_t>(profile_.labels.size());
  profile_.labels.insert(profile_.labels.end(), labels.begin(), labels.end());
  return {begin, static_cast<std::uint32_t>(labels.size())};
}

Index StackProfileBuilder::sample_type(Index type, Index unit) {
  auto& types = profile_.sample_types;
  for (std::size_t index = 0; index < types.size(); ++index) {
    if (types[index].type == type && types[index].unit == unit) return static_cast<Index>(index);
  }
  const std::size_t width = types.size();
  require(width < kMaxSampleTypes, kMaxSampleTypes, "types of samples");
  require(profile_.samples.size() * (width + 1) <= kMaxValues, kMaxValues, "values");
  types.push_back({.type = type, .unit = unit});
  if (profile_.samples.empty()) return static_cast<Index>(width);
  std::vector<std::int64_t> wider(profile_.samples.size() * (width + 1), 0);
  for (std::size_t row = 0; row < profile_.samples.size(); ++row) {
    for (std::size_t column = 0; column < width; ++column) {
      wider[row * (width + 1) + column] = profile_.values[row * width + column];
    }
  }
  profile_.values = std::move(wider);
  return static_cast<Index>(width);
}

void StackProfileBuilder::sample(const Sample& sample, std::span<const std::int64_t> values) {
  require(profile_.samples.size() < kMaxSamples, kMaxSamples, "samples");
  require(profile_.values.size() + values.size() <= kMaxValues, kMaxValues, "values");
  profile_.samples.push_back(sample);
  profile_.values.insert(profile_.values.end(), values.begin(), values.end());
}

void StackProfileBuilder::identify(Sample& sample) const {
  std::size_t best = kThreadKeys.size();  // the operating system's id before a language's own
  for (const Label& label : profile_.labels_of(sample)) {
    const std::string_view key = profile_.name(label.key);
    const std::optional<std::int64_t> number = number_of(profile_, label);
    if (!number) continue;
    const auto rank = static_cast<std::size_t>(
        std::find(kThreadKeys.begin(), kThreadKeys.end(), key) - kThreadKeys.begin());
    if (rank < best && is_id(*number)) {
      sample.tid = static_cast<std::int32_t>(*number);
      best = rank;
    }
    if (among(key, kProcessKeys) && is_id(*number)) sample.pid = static_cast<std::int32_t>(*number);
    if (among(key, kTimeKeys)) sample.timestamp_ns = *number;
  }
}

}  // namespace plumbline::formats

// Fills a StackProfile: interns names, frames and stacks, and holds the limits.
//
// Used by each reader of this folder, one builder for one file.
// Limits: what a file may become in memory, whatever it claims; together some 2 GB.
// Thread rule: one thread. Failure: io::InputError with the file and the limit.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "analysis/formats/stack_profile.h"

namespace plumbline::formats {

inline constexpr std::size_t kMaxSampleTypes = 64;
inline constexpr std::size_t kMaxSamples = 10'000'000;
inline constexpr std::size_t kMaxValues = 64'000'000;
inline constexpr std::size_t kMaxLabels = 16'000'000;
inline constexpr std::size_t kMaxStackFrames = 64'000'000;  // of all stacks
inline constexpr std::size_t kMaxDepth = 16'384;            // of one
inline constexpr std::size_t kMaxNameBytes = 64 << 10;

// Where something equal was put before. Hash values that too many share are no longer looked
// through: an input that was made for it then costs memory, which is bounded, and not time.
class SeenBefore {
 public:
  template <typename Equal>
  const Index* find(std::uint64_t hash, const Equal& equal) const {
    const auto [first, last] = seen_.equal_range(hash);
    int looked_at = 0;
    for (auto at = first; at != last && looked_at < kMaxLookedAt; ++at, ++looked_at) {
      if (equal(at->second)) return &at->second;
    }
    return nullptr;
  }
  void add(std::uint64_t hash, Index index) { seen_.emplace(hash, index); }

 private:
  static constexpr int kMaxLookedAt = 8;
  std::unordered_multimap<std::uint64_t, Index> seen_;
};

struct LabelRun {
  std::uint32_t begin = 0, count = 0;
};

class StackProfileBuilder {
 public:
  StackProfileBuilder(Format format, std::filesystem::path file);

  Index name(std::string_view text);
  Index base_name(std::string_view path);  // of what is behind the last '/'
  Index frame(const Frame& frame);
  Index stack(std::span<const Index> root_first);
  LabelRun labels(std::span<const Label> labels);

  // The type of that name and unit. Samples that came before have 0 of a new one.
  Index sample_type(Index type, Index unit);
  // `values`: one for each type that there is by now.
  void sample(const Sample& sample, std::span<const std::int64_t> values);

  // Thread, process and time of a sample from the labels in which profilers leave them.
  void identify(Sample& sample) const;

  StackProfile& profile() { return profile_; }
  StackProfile finish() { return std::move(profile_); }

  [[noreturn]] void fail(const std::string& what) const;  // "FILE: WHAT"

 private:
  void require(bool holds, std::size_t limit, std::string_view what) const;

  std::filesystem::path file_;
  StackProfile profile_;
  std::unordered_map<std::string, Index> names_;
  SeenBefore frames_, stacks_;
};

}  // namespace plumbline::formats

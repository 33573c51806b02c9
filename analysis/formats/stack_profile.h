// A profile that somebody else made, as stacks with values: what every reader here returns.
//
// Filled by the readers of this folder (read_profile.h picks the one for a file) through
// StackProfileBuilder, which interns. Used by `plumbline check` and by the adapters that score
// foreign profilers. A format's own peculiarities end at its reader.
// Flat tables with indices: a million samples with three types and two labels are some 110 MB.
// Thread rule: plain data. Failure: none; every index is within its table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline::formats {

using Index = std::uint32_t;

inline constexpr Index kNoName = 0;  // names[0] is ""
inline constexpr Index kEmptyStack = 0;
inline constexpr std::int64_t kNoTime = std::numeric_limits<std::int64_t>::min();
inline constexpr std::int32_t kNoId = -1;

enum class Format : std::uint8_t { kPprof, kOtlp, kOtlpJson, kFolded, kPerfScript };

struct SampleType {
  Index type = kNoName;       // "cpu-time", "wall", an event of perf; as the file says it
  Index unit = kNoName;       // "nanoseconds", "count", ...; "" when the format has none
  double duration_s = 0;      // that the values of this type were gathered over; 0: not known
  std::uint64_t samples = 0;  // that the file has of this type
};

struct Frame {
  Index function = kNoName;  // as the file says it; may be "" although named
  Index file = kNoName;
  Index mapping = kNoName;  // base name of the binary: "libc.so.6"
  std::uint32_t line = 0;   // 0: not known
  std::uint64_t address = 0;
  bool named = false;    // false: an address that nobody gave a name
  bool inlined = false;  // into the frame before it

  bool operator==(const Frame&) const = default;
};

struct Label {
  Index key = kNoName;
  Index text = kNoName;  // of text labels
  Index unit = kNoName;  // of numeric labels
  bool numeric = false;
  std::int64_t number = 0;  // of numeric labels
};

struct Sample {
  Index stack = kEmptyStack;
  std::uint32_t labels_begin = 0, labels_count = 0;  // several samples may share a run of labels
  std::int32_t pid = kNoId, tid = kNoId;
  std::int64_t timestamp_ns = kNoTime;  // on the clock that the file uses
};

struct StackProfile {
  Format format = Format::kPprof;
  std::vector<std::string> names = {""};
  std::vector<SampleType> sample_types;
  std::optional<Index> default_type;  // what the file says that it is about
  std::vector<Frame> frames;
  std::vector<Index> stack_frames;                   // of all stacks in a row, each root first
  std::vector<std::uint32_t> stack_begins = {0, 0};  // stack i: [begins[i], begins[i + 1])
  std::vector<Sample> samples;
  std::vector<std::int64_t> values;  // sample_types.size() for each sample, in their order
  std::vector<Label> labels;
  std::int64_t start_ns = kNoTime;    // since 1970, when the file says
  std::int64_t duration_ns = 0;       // 0: not known
  std::uint64_t skipped_records = 0;  // text lines or records that made no sense

  std::string_view name(Index index) const { return names[index]; }
  std::size_t stack_count() const { return stack_begins.size() - 1; }
  std::span<const Index> stack(Index index) const {
    return std::span(stack_frames)
        .subspan(stack_begins[index], stack_begins[index + 1] - stack_begins[index]);
  }
  std::int64_t value(std::size_t sample, std::size_t type) const {
    return values[sample * sample_types.size() + type];
  }
  std::span<const Label> labels_of(const Sample& sample) const {
    return std::span(labels).subspan(sample.labels_begin, sample.labels_count);
  }
};

// The first type of that name; none when there is no such type.
std::optional<std::size_t> find_sample_type(const StackProfile& profile, std::string_view type);

// "root;caller;leaf" of the frames that have a name.
std::string folded_stack(const StackProfile& profile, Index stack);

}  // namespace plumbline::formats

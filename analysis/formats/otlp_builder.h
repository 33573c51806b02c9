// What an OTLP profiles payload says, whether it came as protobuf or as JSON, and its way into a
// StackProfile.
//
// Filled by the two readers (otlp_proto.cc, otlp_json.cc): first the dictionary, then resources and
// their profiles in order. Names follow opentelemetry-proto 1.11 (profiles/v1development).
// An index of 0 may mean "none" in every table, even in one that is empty; all others must exist.
// Several profiles of one type make one type here, whose duration gives the sum of their rates.
// Thread rule: one thread. Failure: io::InputError with the file and the index.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analysis/formats/stack_profile_builder.h"

namespace plumbline::formats {

struct OtlpValue {
  bool numeric = false;
  std::int64_t number = 0;
  std::string text;
};

struct OtlpAttribute {
  std::int64_t key = 0, unit = 0;
  OtlpValue value;
};

struct OtlpLocation {
  std::int64_t mapping = 0;
  std::uint64_t address = 0;
  std::uint32_t lines_begin = 0, lines_count = 0;
};

struct OtlpLine {
  std::int64_t function = 0, line = 0;
};

struct OtlpFunction {
  std::int64_t name = 0, file = 0;
};

struct OtlpLink {
  std::string trace_id, span_id;  // hex; "" for none
};

struct OtlpDictionary {
  std::vector<std::string> strings;
  std::vector<std::int64_t> mapping_files;
  std::vector<OtlpFunction> functions;
  std::vector<OtlpLocation> locations;
  std::vector<OtlpLine> lines;
  std::vector<std::vector<std::int64_t>> stacks;  // locations, leaf first
  std::vector<OtlpLink> links;
  std::vector<OtlpAttribute> attributes;
};

struct OtlpProfileHeader {
  std::int64_t type = 0, unit = 0;
  std::uint64_t time_ns = 0, duration_ns = 0;
};

struct OtlpSample {
  std::int64_t stack = 0, link = 0;
  std::vector<std::int64_t> attributes, values;
  std::vector<std::uint64_t> times_ns;
};

// The id as hex, "" when all bytes are 0.
std::string otlp_hex_id(std::string_view bytes);

class OtlpBuilder {
 public:
  OtlpBuilder(Format format, const std::filesystem::path& file);

  OtlpDictionary& dictionary() { return dictionary_; }

  void begin_resource();
  void resource_attribute(std::string_view key, const OtlpValue& value);
  void begin_profile(const OtlpProfileHeader& header);
  void sample(const OtlpSample& sample);
  void end_profile();
  StackProfile finish();

  // For values of kinds that labels have no form for.
  void skip_record() { ++builder_.profile().skipped_records; }
  [[noreturn]] void fail(const std::string& what) const { builder_.fail(what); }

 private:
  struct Rate {
    double values = 0, values_per_s = 0;
  };

  void check_index(std::int64_t index, std::size_t size, std::string_view table) const;
  std::string_view text(std::int64_t index) const;
  Index stack(std::int64_t index);
  void add_frames(std::int64_t location, std::vector<Index>& root_first);
  LabelRun labels(const OtlpSample& sample);
  Label label(std::string_view key, std::string_view unit, const OtlpValue& value);
  void add_row(Sample sample, std::int64_t value);

  StackProfileBuilder builder_;
  OtlpDictionary dictionary_;
  std::vector<Index> stacks_;  // of the dictionary's, once asked for
  std::vector<Label> resource_labels_;
  std::uint64_t resource_ = 0;
  std::size_t attribute_indices_ = 0;                     // of all samples so far
  std::unordered_map<std::string, LabelRun> label_runs_;  // by resource, attributes and link

  OtlpProfileHeader header_;
  Index column_ = 0;
  std::int64_t value_sum_ = 0;   // of the profile that is being read
  std::map<Index, Rate> rates_;  // by name of the type
  std::vector<std::int64_t> row_;
};

}  // namespace plumbline::formats
